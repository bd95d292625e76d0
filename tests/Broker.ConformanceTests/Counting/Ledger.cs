using Broker.Connections;
using Broker.Diagnostics;
using Broker.Protocol;

namespace Broker.ConformanceTests.Counting;

/// <summary>What a broker has counted of deliveries: what was owed, and what came of it.</summary>
internal sealed record Ledger(long Matched, long Replayed, long Restored, long Delivered, long Open, long Expired, long Dropped)
{
    public long Owed => Matched + Replayed + Restored;

    public long Accounted => Delivered + Open + Expired + Dropped;

    /// <summary>Reads it. Nobody may be at work meanwhile.</summary>
    public static Ledger Of(BrokerEngine engine)
    {
        TrafficCounts traffic = engine.Metrics.Traffic.Total();
        return new Ledger(
            traffic.Matched, traffic.Replayed, engine.Metrics.DeliveriesRestored,
            Enum.GetValues<QualityOfService>().Sum(traffic.Delivered),
            engine.Sessions.ReadFigures().Open,
            engine.Metrics.Dropped(DropReason.Expired),
            Enum.GetValues<DropReason>().Where(static reason => reason != DropReason.Expired && !reason.IsRefusal())
                .Sum(engine.Metrics.Dropped));
    }
}
