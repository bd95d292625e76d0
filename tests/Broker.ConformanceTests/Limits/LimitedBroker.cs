using Broker.Configuration;
using Broker.TestKit;

namespace Broker.ConformanceTests.Limits;

/// <summary>A broker with limits of what peers can make grow.</summary>
internal static class LimitedBroker
{
    public static TestBroker With(Func<PeerLimitOptions, PeerLimitOptions> change, Persistence.IStateStore? store = null) =>
        TestBroker.WithLimits(limits => limits with { Peers = change(limits.Peers) }, store);

    /// <summary>Changes them while it runs.</summary>
    public static void Reload(this TestBroker broker, Func<PeerLimitOptions, PeerLimitOptions> change)
    {
        LimitOptions limits = broker.Options.Limits;
        broker.Engine.Apply(broker.Options with { Limits = limits with { Peers = change(limits.Peers) } });
    }
}
