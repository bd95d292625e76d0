namespace Broker.Persistence.GroupCommit;

/// <summary>Pauses between attempts that fail: 50 ms, doubled up to 1 s. Belongs to one thread; anyone may end a pause.</summary>
internal sealed class BackOff(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly AutoResetEvent _over = new(false);
    private TimeSpan _next = Shortest;

    /// <summary>Blocks this thread for the next pause.</summary>
    public void Pause()
    {
        using ITimer timer = time.CreateTimer(
            static over => ((AutoResetEvent)over!).Set(), _over, _next, Timeout.InfiniteTimeSpan);
        _over.WaitOne();
        _next = TimeSpan.FromTicks(Math.Min(_next.Ticks * 2, Longest.Ticks));
    }

    /// <summary>An attempt went well: the next pause is a short one.</summary>
    public void Reset() => _next = Shortest;

    /// <summary>Ends the pause that is, or the next one.</summary>
    public void Interrupt() => _over.Set();

    public void Dispose() => _over.Dispose();
}
