using System.Diagnostics.Metrics;
using Broker.Protocol;

namespace Broker.Diagnostics;

// The instruments that are always there. Names, units and descriptions are what docs/metrics.md is made from.
internal sealed partial class BrokerMetrics
{
    private const string Packets = "{packet}";
    private const string Publications = "{publication}";
    private const string Deliveries = "{delivery}";
    private const string Bytes = "By";
    private const string Seconds = "s";

    private static readonly KeyValuePair<string, object?> Allowed = new("outcome", "allowed");
    private static readonly KeyValuePair<string, object?> Denied = new("outcome", "denied");

    private static readonly KeyValuePair<string, object?>[] MethodTags =
    [
        .. Enum.GetValues<AuthenticationMethod>()
            .Select(static method => new KeyValuePair<string, object?>("method", SnakeCase.Of(method.ToString()))),
    ];

    private static readonly double[] ShortSeconds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly (PacketType Type, KeyValuePair<string, object?> Tag)[] PacketTypes =
    [
        .. Enum.GetValues<PacketType>().Where(static type => type != PacketType.Reserved)
            .Select(static type => (type, new KeyValuePair<string, object?>("type", type.ToString().ToLowerInvariant()))),
    ];

    private static readonly KeyValuePair<string, object?>[] QosTags = [new("qos", "0"), new("qos", "1"), new("qos", "2")];

    private Histogram<double> _authentication = null!;
    private Histogram<double> _heartbeatDelay = null!;

    private void CreateConnectionInstruments()
    {
        Meter.CreateObservableUpDownCounter(
            "broker.connections", () => _listeners.Values.SelectMany(static listener => listener.ObserveOpen()),
            "{connection}", "Clients connected, by listener and protocol version.");
        Meter.CreateObservableCounter(
            "broker.connections.accepted", () => _listeners.Values.Select(static listener => listener.ObserveAccepted()),
            "{connection}", "Connections accepted by a listener, before anything was read from them.");
        Meter.CreateObservableCounter(
            "broker.connections.refused", () => ConnectionsRefused,
            "{connection}",
            "Connections closed at once because of a limit: max_connections, global_max_connections, file descriptors.");
        Meter.CreateObservableCounter(
            "broker.connects", () => _listeners.Values.SelectMany(static listener => listener.ObserveConnects()),
            "{connect}", "CONNECT packets accepted, by listener and protocol version.");
        Meter.CreateObservableCounter(
            "broker.connects.refused", () => _connectsRefused.Observe(),
            "{connect}", "CONNECT packets refused, by MQTT 5.0 reason code.");
        Meter.CreateObservableCounter(
            "broker.disconnects",
            () => _disconnects.Observe(static kind => kind is not (CloseKind.Refused or CloseKind.ConnectTimeout)),
            "{disconnect}", "Clients that were connected and are gone, by reason.");
        Meter.CreateObservableCounter(
            "broker.limits.met", () => _limitsMet.Observe(static _ => true), "{time}",
            "How often a client met a limit, by the directive that sets it, or file_descriptors; for publish_rate: how often "
            + "reading was paused.");
        _authentication = Meter.CreateHistogram(
            "broker.authentication.duration", Seconds,
            "How long it took to judge who a client is, waiting included, by what decided: password, token and so on.",
            advice: Buckets(ShortSeconds));
        Meter.CreateObservableCounter(
            "broker.sessions.expired", () => SessionsExpired, "{session}", "Sessions that nobody came back for in time.");
        Meter.CreateObservableCounter(
            "broker.takeovers", () => Volatile.Read(ref _takeovers), "{takeover}",
            "Clients that connected with the client id of one that was connected.");
        Meter.CreateObservableCounter(
            "broker.takeovers.delayed", () => Volatile.Read(ref _takeoversDelayed), "{connect}",
            "CONNECT packets that waited for their answer, because their client id is fought over.");
        Meter.CreateObservableUpDownCounter(
            "broker.takeovers.loops", () => TakeoverLoops, "{client}",
            "Client ids that several clients have at once, which throw each other out in turns; the log and $SYS say who.");
    }

    private void CreateTrafficInstruments()
    {
        Meter.CreateObservableCounter(
            "broker.packets.received", () => ByType(static (counts, type) => counts.PacketsReceived(type)), Packets,
            "Packets from clients, by type.");
        Meter.CreateObservableCounter(
            "broker.packets.sent", () => ByType(static (counts, type) => counts.PacketsSent(type)), Packets,
            "Packets to clients, by type.");
        Meter.CreateObservableCounter(
            "broker.received", () => ByType(static (counts, type) => counts.BytesReceived(type)), Bytes,
            "Bytes of packets from clients, by type; without TLS, WebSocket and TCP around them.");
        Meter.CreateObservableCounter(
            "broker.sent", () => ByType(static (counts, type) => counts.BytesSent(type)), Bytes,
            "Bytes of packets to clients, by type; without TLS, WebSocket and TCP around them.");
        Meter.CreateObservableCounter(
            "broker.publishes.received", () => ByQos(static (counts, qos) => counts.PublishesReceived(qos)), Publications,
            "PUBLISH packets from clients, by QoS, those that were sent again included.");
        Meter.CreateObservableCounter(
            "broker.publishes.sent", () => ByQos(static (counts, qos) => counts.PublishesSent(qos)), Publications,
            "PUBLISH packets to clients, by QoS, those that were sent again included.");
        Meter.CreateObservableCounter(
            "broker.publishes.sent_again", () => ByQos(static (counts, qos) => counts.PublishesSentAgain(qos)), Publications,
            "PUBLISH packets to clients with DUP, by QoS.");
        Meter.CreateObservableCounter(
            "broker.publishes.received.payload", () => Traffic.Total().PayloadBytesReceived, Bytes,
            "Payload bytes of PUBLISH packets from clients.");
        Meter.CreateObservableCounter(
            "broker.publishes.sent.payload", () => Traffic.Total().PayloadBytesSent, Bytes,
            "Payload bytes of PUBLISH packets to clients.");
        Meter.CreateObservableCounter(
            "broker.publishes.refused", () => _dropped.Observe(static reason => reason.IsRefusal()), Publications,
            "Publications that were not let in, by reason.");
        Meter.CreateObservableCounter(
            "broker.publishes.repeated", () => Volatile.Read(ref _repeatedPublications), Publications,
            "QoS 2 publications that were received before: answered, and sent on no second time.");
        CreateDeliveryInstruments();
    }

    private void CreateDeliveryInstruments()
    {
        Meter.CreateObservableCounter(
            "broker.deliveries.matched", () => Traffic.Total().Matched, Deliveries,
            "Deliveries owed: accepted messages times the subscriptions that matched each.");
        Meter.CreateObservableCounter(
            "broker.deliveries.replayed", () => Traffic.Total().Replayed, Deliveries,
            "Deliveries owed: retained messages for new subscriptions.");
        Meter.CreateObservableCounter(
            "broker.deliveries.restored", () => DeliveriesRestored, Deliveries,
            "Deliveries owed: what the store brought along from before the start.");
        Meter.CreateObservableCounter(
            "broker.deliveries.done", () => ByQos(static (counts, qos) => counts.Delivered(qos)), Deliveries,
            "Deliveries done, by QoS: written with QoS 0, acknowledged to the end with QoS 1 and 2.");
        Meter.CreateObservableCounter(
            "broker.messages.dropped",
            () => _dropped.Observe(static reason => reason != DropReason.None && !reason.IsRefusal()), "{message}",
            "Deliveries that came to nothing, by reason; expired is one of them.");
    }

    private void CreateProcessInstruments()
    {
        _heartbeatDelay = Meter.CreateHistogram(
            "broker.heartbeat.delay", Seconds,
            "How late each tick of the heartbeat, one a second, began: by a busy thread pool, or a pause of the collector.",
            advice: Buckets([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]));
        Meter.CreateObservableCounter(
            "broker.process.cpu", static () => Environment.CpuUsage.TotalTime.TotalSeconds, Seconds,
            "Processor time used by the process.");
        Meter.CreateObservableUpDownCounter(
            "broker.process.resident_memory", static () => Environment.WorkingSet, Bytes, "Resident memory of the process.");
        Meter.CreateObservableUpDownCounter(
            "broker.process.threads", static () => (long)ThreadPool.ThreadCount, "{thread}", "Threads of the pool.");
        Meter.CreateObservableUpDownCounter(
            "broker.process.queued_work", static () => ThreadPool.PendingWorkItemCount, "{item}",
            "Work that waits for a thread of the pool.");
        Meter.CreateObservableUpDownCounter(
            "broker.gc.heap", static () => GC.GetTotalMemory(forceFullCollection: false), Bytes,
            "Managed heap, with what is garbage by now.");
        Meter.CreateObservableCounter(
            "broker.gc.allocated", static () => GC.GetTotalAllocatedBytes(), Bytes, "Bytes allocated on the managed heap.");
        Meter.CreateObservableCounter(
            "broker.gc.pause", static () => GC.GetTotalPauseDuration().TotalSeconds, Seconds,
            "Time for which all threads stood still for a collection.");
        Meter.CreateObservableCounter(
            "broker.gc.collections", ObserveCollections, "{collection}",
            "Garbage collections, by the oldest generation that was collected.");
    }

    private IEnumerable<Measurement<long>> ByType(Func<TrafficCounts, PacketType, long> count)
    {
        TrafficCounts total = Traffic.Total();
        return PacketTypes.Select(type => new Measurement<long>(count(total, type.Type), type.Tag));
    }

    private IEnumerable<Measurement<long>> ByQos(Func<TrafficCounts, QualityOfService, long> count)
    {
        TrafficCounts total = Traffic.Total();
        return QosTags.Select((tag, qos) => new Measurement<long>(count(total, (QualityOfService)qos), tag));
    }

    // A collection of a generation counts for the younger ones as well.
    private static IEnumerable<Measurement<long>> ObserveCollections() =>
        Enumerable.Range(0, GC.MaxGeneration + 1).Select(static generation =>
        {
            int older = generation == GC.MaxGeneration ? 0 : GC.CollectionCount(generation + 1);
            return new Measurement<long>(
                GC.CollectionCount(generation) - older, new KeyValuePair<string, object?>("generation", $"gen{generation}"));
        });

    private static InstrumentAdvice<double> Buckets(double[] bounds) => new() { HistogramBucketBoundaries = bounds };
}
