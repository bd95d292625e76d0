namespace Broker.Diagnostics;

/// <summary>
/// Gives memory back after a rush. What it left behind is garbage that nothing would bring about the collection of: messages that
/// pass allocate nothing, and neither does silence.
/// </summary>
/// <remarks>
/// First a collection in the background, which stops nobody and says how much is really in use. Where that is little beside what
/// the process holds, and it is quiet still, a compaction, for which all threads stand still about three milliseconds for each
/// megabyte in use. After a collection that finds nothing the next waits for as much to have come again.
/// </remarks>
internal sealed class QuietReturn : IHeartbeatListener
{
    /// <summary>It is quiet when no more was allocated since the tick before: some thousand messages.</summary>
    public const long QuietBytes = 512 * 1024;

    /// <summary>So many bytes are worth it.</summary>
    public const long SlackBytes = 32 * 1024 * 1024;

    /// <summary>It has been quiet for so many ticks.</summary>
    public const int QuietTicks = 3;

    /// <summary>And no more processor time was used in any of them: there is traffic that allocates nothing.</summary>
    public static readonly TimeSpan QuietCpu = TimeSpan.FromMilliseconds(50);

    private readonly Func<HeapState> _read;
    private readonly Action _collect;
    private readonly Action _compact;
    private HeapState _before;
    private long _inUse = long.MaxValue;
    private int _quietTicks;
    private bool _hasCollected;

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
        bool isQuiet = state.AllocatedBytes - _before.AllocatedBytes <= QuietBytes && state.Cpu - _before.Cpu <= QuietCpu;
        _before = state;
        _inUse = Math.Min(_inUse, state.HeapBytes);
        _quietTicks = isQuiet ? _quietTicks + 1 : 0;
        if (_quietTicks == 0 || _quietTicks % QuietTicks != 0) return;
        if (!_hasCollected)
        {
            if (state.HeapBytes - _inUse < SlackBytes) return;
            _hasCollected = true;
            _collect();
            return;
        }
        _hasCollected = false;
        _inUse = state.HeapBytes;
        if (state.CommittedBytes - state.HeapBytes >= SlackBytes && state.HeapBytes <= QuietCompaction.HeapBytesMax) _compact();
    }
}
