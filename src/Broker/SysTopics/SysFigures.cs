using Broker.Connections;
using Broker.Diagnostics;
using Broker.Protocol;

namespace Broker.SysTopics;

/// <summary>What <c>$SYS</c> says, read at one moment, in mosquitto's meaning of each.</summary>
internal readonly record struct SysFigures
{
    public long PacketsReceived { get; private init; }

    public long PacketsSent { get; private init; }

    public long BytesReceived { get; private init; }

    public long BytesSent { get; private init; }

    public long PublishesReceived { get; private init; }

    public long PublishesSent { get; private init; }

    /// <summary>Messages that limits of queues kept from a client.</summary>
    public long PublishesDropped { get; private init; }

    public long PayloadReceived { get; private init; }

    public long PayloadSent { get; private init; }

    /// <summary>Connections that were accepted.</summary>
    public long Sockets { get; private init; }

    /// <summary>CONNECTs that were accepted.</summary>
    public long Connections { get; private init; }

    public long SessionsExpired { get; private init; }

    public EngineFigures Engine { get; private init; }

    public static SysFigures Read(BrokerEngine engine)
    {
        BrokerMetrics metrics = engine.Metrics;
        TrafficCounts traffic = metrics.Traffic.Total();
        long Sum(Func<PacketType, long> of) => Enum.GetValues<PacketType>().Sum(of);
        return new SysFigures
        {
            PacketsReceived = Sum(traffic.PacketsReceived),
            PacketsSent = Sum(traffic.PacketsSent),
            BytesReceived = Sum(traffic.BytesReceived),
            BytesSent = Sum(traffic.BytesSent),
            PublishesReceived = traffic.PacketsReceived(PacketType.Publish),
            PublishesSent = traffic.PacketsSent(PacketType.Publish),
            PublishesDropped = DropReasons.OfQueues.Sum(metrics.Dropped),
            PayloadReceived = traffic.PayloadBytesReceived,
            PayloadSent = traffic.PayloadBytesSent,
            Sockets = metrics.ConnectionsAccepted,
            Connections = metrics.Connects,
            SessionsExpired = metrics.SessionsExpired,
            Engine = engine.Figures.Value,
        };
    }
}
