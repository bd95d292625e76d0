using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Broker.Diagnostics;

/// <summary>What all threads have moved: each counts for itself, and who asks adds up.</summary>
internal sealed class Traffic
{
    [ThreadStatic]
    private static TrafficCounts? _ofThread;

    // By managed thread id. An id is given to a new thread when its last one has ended, which then counts on where that left off:
    // there are as many as there were threads at a time.
    private readonly ConcurrentDictionary<int, TrafficCounts> _counts = new();

    /// <summary>The numbers of the calling thread. Not to be kept across an await.</summary>
    public TrafficCounts OfThread
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _ofThread is { } counts && counts.Owner == this ? counts : Find();
    }

    /// <summary>The sum of all threads, as it is now or was a moment ago.</summary>
    public TrafficCounts Total()
    {
        TrafficCounts total = new(this);
        foreach ((_, TrafficCounts counts) in _counts) total.Add(counts);
        return total;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private TrafficCounts Find() =>
        _ofThread = _counts.GetOrAdd(Environment.CurrentManagedThreadId, static (_, owner) => new TrafficCounts(owner), this);
}
