using Broker.Diagnostics;
using Broker.Persistence;

namespace Broker.Sessions;

/// <summary>What every session shares.</summary>
internal sealed record SessionContext(SessionLimits Limits, IStateStore Store, BrokerMetrics Metrics, TimeProvider Time)
{
    /// <summary>Now, milliseconds since 1970 UTC.</summary>
    public long NowUnixMilliseconds => Time.GetUtcNow().ToUnixTimeMilliseconds();
}
