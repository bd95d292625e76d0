using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Load.Wire;

/// <summary>
/// Waits for many sockets on one thread. Everything that measures runs inside of it, so nothing needs a lock, and a batch of
/// packets costs one read and one write whatever its length.
/// </summary>
internal sealed unsafe class EventLoop : IDisposable
{
    private const int EventsMax = 256;
    private const int WaitMillisecondsMax = 20;
    private const int NanosecondsPerSecond = 1_000_000_000;
    private const int ReadBytesMin = 256 * 1024;

    // The kernel packs its event on x86-64 and nowhere else.
    private static readonly int EventLength = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly int _epoll = Libc.EpollCreate(0);
    private readonly byte* _events = (byte*)NativeMemory.AllocZeroed(EventsMax * 16);
    private readonly Dictionary<int, Link> _links = [];
    private byte[] _readBuffer = GC.AllocateUninitializedArray<byte>(ReadBytesMin, pinned: true);
    private long _tickAt;

    // Sleeps end when they should and not up to 50 microseconds later.
    public EventLoop() => _ = Libc.Control(Libc.SetTimerSlack, 1, 0, 0, 0);

    /// <summary>Is called every 20 ms or so: where samples of the broker's memory hang.</summary>
    public Action? Tick { get; set; }

    /// <summary>Is called before every wait with the time, does what is due, and says when it has to be called again.</summary>
    public Func<long, long>? Pace { get; set; }

    /// <summary>Is called when all sockets that were ready have been served.</summary>
    public Action? TurnEnd { get; set; }

    /// <summary>Serves the sockets until something is true.</summary>
    /// <param name="isDone">Looked at after every batch of events.</param>
    /// <param name="limit">How long at most.</param>
    /// <returns>False: the time was over first.</returns>
    public bool RunUntil(Func<bool> isDone, TimeSpan limit)
    {
        long end = Stopwatch.GetTimestamp() + (long)(limit.TotalSeconds * Stopwatch.Frequency);
        while (!isDone())
        {
            long now = Stopwatch.GetTimestamp();
            if (now >= end) return false;
            Turn(now, end);
        }
        return true;
    }

    /// <summary>Serves the sockets until something is true, or until nothing has moved for a while.</summary>
    /// <param name="isDone">Looked at after every batch of events.</param>
    /// <param name="progress">A number that changes while there is hope.</param>
    /// <param name="patience">How long it may stay the same.</param>
    /// <returns>False: it stayed the same.</returns>
    public bool RunWhileMoving(Func<bool> isDone, Func<long> progress, TimeSpan patience)
    {
        while (true)
        {
            long before = progress();
            if (RunUntil(() => isDone() || progress() != before, patience))
            {
                if (isDone()) return true;
            }
            else
            {
                return false;
            }
        }
    }

    /// <summary>Serves the sockets for a time.</summary>
    public void RunFor(TimeSpan time) => RunUntil(() => false, time);

    public void Dispose()
    {
        foreach (Link link in _links.Values.ToArray()) link.Close();
        _ = Libc.Close(_epoll);
        NativeMemory.Free(_events);
    }

    internal void Add(Link link)
    {
        _links.Add(link.Descriptor, link);
        Control(Libc.Add, link.Descriptor, Libc.Readable);
    }

    internal void Watch(Link link) =>
        Control(Libc.Change, link.Descriptor,
            (link.IsReading ? Libc.Readable : 0) | (link.WaitsForRoom ? Libc.Writable : 0));

    internal void Remove(Link link)
    {
        if (_links.Remove(link.Descriptor)) Control(Libc.Remove, link.Descriptor, 0);
    }

    /// <summary>The buffer all links read into, with room behind what one of them still has to put first.</summary>
    internal byte[] ReadBuffer(int usedBytes)
    {
        if (usedBytes * 2 > _readBuffer.Length)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>(usedBytes * 4, pinned: true);
            _readBuffer = larger;
        }
        return _readBuffer;
    }

    private void Turn(long now, long end)
    {
        end = Math.Min(end, now + WaitMillisecondsMax * (Stopwatch.Frequency / 1000));
        if (Pace is not null)
        {
            end = Math.Min(end, Pace(now));
            now = Stopwatch.GetTimestamp();
        }
        int count = Wait(end - now);
        for (int i = 0; i < count; i++)
        {
            byte* entry = _events + i * EventLength;
            uint what = *(uint*)entry;
            int descriptor = *(int*)(entry + EventLength - 8);
            if (_links.TryGetValue(descriptor, out Link? link)) link.Ready(what);
        }
        TurnEnd?.Invoke();
        now = Stopwatch.GetTimestamp();
        if (now < _tickAt) return;
        _tickAt = now + WaitMillisecondsMax * (Stopwatch.Frequency / 1000);
        Tick?.Invoke();
    }

    private int Wait(long ticks)
    {
        // seconds | nanoseconds
        long* limit = stackalloc long[2];
        limit[0] = 0;
        limit[1] = Math.Max(0, ticks) * (NanosecondsPerSecond / Stopwatch.Frequency);
        int count = Libc.EpollWait(_epoll, _events, EventsMax, limit, 0);
        if (count < 0 && Marshal.GetLastPInvokeError() != Libc.Interrupted)
            throw new LoadException($"epoll_pwait2 failed with error {Marshal.GetLastPInvokeError()}");
        return count;
    }

    private void Control(int operation, int descriptor, uint what)
    {
        byte* change = stackalloc byte[16];
        *(uint*)change = what;
        *(long*)(change + EventLength - 8) = descriptor;
        if (Libc.EpollControl(_epoll, operation, descriptor, change) != 0)
            throw new LoadException($"epoll_ctl failed with error {Marshal.GetLastPInvokeError()}");
    }
}
