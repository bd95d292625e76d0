namespace Broker.Diagnostics;

/// <summary>What <see cref="QuietCompaction"/> and <see cref="QuietReturn"/> decide by.</summary>
/// <param name="Connections">Connections that are served now.</param>
/// <param name="AllocatedBytes">Bytes that the process has allocated since its start.</param>
/// <param name="HeapBytes">Bytes that the managed heap takes, with what is garbage by now.</param>
/// <param name="Cpu">Processor time that the process has used since its start.</param>
internal readonly record struct HeapState(int Connections, long AllocatedBytes, long HeapBytes, TimeSpan Cpu)
{
    /// <summary>Bytes that the process held for the managed heap after the last collection, free ones among them.</summary>
    public long CommittedBytes { get; init; }

    public static HeapState Now(int connections) => new(
        connections, GC.GetTotalAllocatedBytes(), GC.GetTotalMemory(forceFullCollection: false), Environment.CpuUsage.TotalTime)
    {
        CommittedBytes = GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes,
    };
}

/// <summary>
/// Compacts the heap when many connections came and then hardly anything happened for a second. What accepting and CONNECT
/// leave behind lies between what stays, and clients that are silent never bring about the collection that would close the gaps.
/// </summary>
/// <remarks>
/// All threads stand still meanwhile, about three milliseconds for each megabyte: 0.15 seconds with 10,000 idle connections,
/// which would be 1.5 with 100,000. Therefore never with traffic, and not with a large heap. No setting of the collector does
/// the same: System.GC.ConserveMemory only counts in a full collection, and without traffic none comes.
/// </remarks>
internal sealed class QuietCompaction : IHeartbeatListener
{
    /// <summary>So many connections more than at the last compaction make one worth while.</summary>
    public const int ConnectionsMore = 1000;

    /// <summary>It is quiet when no more was allocated since the tick before: some hundred messages.</summary>
    public const long QuietBytes = 64 * 1024;

    /// <summary>And when no more processor time was used: there is traffic that allocates nothing.</summary>
    public static readonly TimeSpan QuietCpu = TimeSpan.FromMilliseconds(20);

    /// <summary>No compaction of a larger heap.</summary>
    public const long HeapBytesMax = 128 * 1024 * 1024;

    private readonly Func<HeapState> _read;
    private readonly Action _compact;
    private int _connectionsThen;
    private HeapState _before;

    public QuietCompaction(Func<HeapState> read, Action compact) => (_read, _compact) = (read, compact);

    /// <summary>The compaction of this process's heap; what it frees is given back to the system.</summary>
    // Aggressive: the mode that gives it back at once, and stops for less long than Forced does.
    public static void CompactHeap() =>
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    public void OnTick(long nowMilliseconds)
    {
        HeapState state = _read();
        bool isQuiet = state.AllocatedBytes - _before.AllocatedBytes <= QuietBytes && state.Cpu - _before.Cpu <= QuietCpu;
        _before = state;
        _connectionsThen = Math.Min(_connectionsThen, state.Connections);
        if (!isQuiet || state.Connections - _connectionsThen < ConnectionsMore) return;
        _connectionsThen = state.Connections;
        if (state.HeapBytes <= HeapBytesMax) _compact();
    }
}
