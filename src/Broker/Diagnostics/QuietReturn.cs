namespace Broker.Diagnostics;

/// <summary>
/// Gives memory back after a rush. What it left behind is garbage that nothing would bring about the collection of: messages that
/// pass allocate nothing, and neither does silence.
/// </summary>
/// <remarks>
/// First a collection in the background, which stops nobody and says how much is really in use; traffic that allocates nothing
/// need not end for it. Where that is little beside what the process holds, a compaction once it is quiet: all threads stand
/// still for it about three milliseconds for each megabyte in use. After a collection that finds nothing the next waits for as
/// much to have come again.
/// </remarks>
internal sealed class QuietReturn : IHeartbeatListener
{
    /// <summary>The rush is over when no more was allocated since the tick before.</summary>
    public const long StillBytes = 512 * 1024;

    /// <summary>So many bytes are worth it.</summary>
    public const long SlackBytes = 32 * 1024 * 1024;

    /// <summary>For so many ticks.</summary>
    public const int Ticks = 3;

    /// <summary>And it is quiet when no more processor time was used, in as many.</summary>
    public static readonly TimeSpan QuietCpu = TimeSpan.FromMilliseconds(50);

    private readonly Func<HeapState> _read;
    private readonly Action _collect;
    private readonly Action _compact;
    private HeapState _before;
    private long _inUse = long.MaxValue;
    private int _stillTicks;
    private int _quietTicks;
    private bool _collects;
    private bool _mayCompact;

    /// <param name="read">The heap now.</param>
    /// <param name="collect">Starts a collection in the background.</param>
    /// <param name="compact">Compacts the heap and gives back what is free.</param>
    public QuietReturn(Func<HeapState> read, Action collect, Action compact) =>
        (_read, _collect, _compact) = (read, collect, compact);

    /// <summary>A full collection beside the program.</summary>
    public static void CollectHeap() =>
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false, compacting: false);

    public void OnTick(long nowMilliseconds)
    {
        HeapState state = _read();
        bool isStill = state.AllocatedBytes - _before.AllocatedBytes <= StillBytes;
        _stillTicks = isStill ? _stillTicks + 1 : 0;
        _quietTicks = isStill && state.Cpu - _before.Cpu <= QuietCpu ? _quietTicks + 1 : 0;
        _before = state;
        _inUse = Math.Min(_inUse, state.HeapBytes);
        if (_stillTicks == Ticks) Collect(state);
        if (_mayCompact && _quietTicks >= Ticks) Compact(state);
    }

    private void Collect(HeapState state)
    {
        // Whether or not there is something to do, in as many ticks it is looked at again.
        _stillTicks = 0;
        if (_collects)
        {
            (_collects, _mayCompact, _inUse) = (false, true, state.HeapBytes);
        }
        else if (state.HeapBytes - _inUse >= SlackBytes)
        {
            _collects = true;
            _collect();
        }
    }

    private void Compact(HeapState state)
    {
        _mayCompact = false;
        if (state.CommittedBytes - state.HeapBytes >= SlackBytes && state.HeapBytes <= QuietCompaction.HeapBytesMax) _compact();
    }
}
