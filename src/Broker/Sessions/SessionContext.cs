using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Persistence;

namespace Broker.Sessions;

/// <summary>What every session shares.</summary>
internal sealed record SessionContext(SessionLimits Limits, IStateStore Store, BrokerMetrics Metrics, TimeProvider Time)
{
    private volatile SessionLimits _limits = Limits;
    private volatile RetainedSources? _retainedSources;
    private volatile QueueTotals? _queueTotals;

    /// <summary>The limits that hold now; a reload replaces them.</summary>
    public SessionLimits Limits { get => _limits; set => _limits = value; }

    /// <summary>What waits in all sessions; null: it is not limited, and not counted. A reload replaces it.</summary>
    public QueueTotals? QueueTotals { get => _queueTotals; set => _queueTotals = value; }

    /// <summary><c>check_retain_source</c>; null: it is not asked. A reload replaces it.</summary>
    public RetainedSources? RetainedSources { get => _retainedSources; set => _retainedSources = value; }

    /// <summary>What is kept in the store; only a restart changes it.</summary>
    public KeptState Kept { get; init; } = KeptState.Everything;

    /// <summary>Whose coarse clock says since when a message waits; null: nobody asks.</summary>
    public Heartbeat? Heartbeat { get; init; }

    /// <summary>
    /// A stamp of now, free to read: the low bits of <see cref="Heartbeat.CoarseMilliseconds"/>. The difference of two is right
    /// for 49 days. 0: not known.
    /// </summary>
    public uint Stamp => Heartbeat is { } heartbeat ? (uint)heartbeat.CoarseMilliseconds : 0;

    /// <summary>Now, milliseconds since 1970 UTC.</summary>
    public long NowUnixMilliseconds => Time.GetUtcNow().ToUnixTimeMilliseconds();
}
