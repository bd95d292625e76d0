using Broker.Diagnostics;
using Broker.Persistence;

namespace Broker.Sessions;

/// <summary>What every session shares.</summary>
internal sealed record SessionContext(SessionLimits Limits, IStateStore Store, BrokerMetrics Metrics, TimeProvider Time)
{
    private volatile SessionLimits _limits = Limits;

    /// <summary>The limits that hold now; a reload replaces them.</summary>
    public SessionLimits Limits { get => _limits; set => _limits = value; }

    /// <summary>Now, milliseconds since 1970 UTC.</summary>
    public long NowUnixMilliseconds => Time.GetUtcNow().ToUnixTimeMilliseconds();
}
