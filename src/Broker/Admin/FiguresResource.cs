using Broker.Connections;
using Broker.Diagnostics;
using Broker.Protocol;

namespace Broker.Admin;

/// <summary>What the store does.</summary>
/// <param name="Up">Whether it takes commits; true without one.</param>
/// <param name="PendingBytes">Changes in memory that wait for their commit, roughly.</param>
/// <param name="Commits">Transactions since the start.</param>
/// <param name="CommitSeconds">How long they took, all together.</param>
/// <param name="CommitP50Seconds">Half of those of late took no longer; null: there were none.</param>
/// <param name="CommitP99Seconds">99 of 100 of late took no longer; null: there were none.</param>
/// <param name="CommitRows">Rows that they wrote, all together.</param>
internal sealed record StoreFigures(
    bool Up, long PendingBytes, long Commits, double CommitSeconds, double? CommitP50Seconds, double? CommitP99Seconds,
    double CommitRows);

/// <summary>What a dashboard plots. Counts are since the start: who wants a rate takes the difference of two.</summary>
internal sealed record FiguresView
{
    /// <summary>When they were read; several who ask within half a second get the same.</summary>
    public required DateTimeOffset At { get; init; }

    public required double UptimeSeconds { get; init; }

    /// <summary>PUBLISH packets from clients.</summary>
    public required long MessagesReceived { get; init; }

    /// <summary>PUBLISH packets to clients.</summary>
    public required long MessagesSent { get; init; }

    public required long PacketsReceived { get; init; }

    public required long PacketsSent { get; init; }

    public required long BytesReceived { get; init; }

    public required long BytesSent { get; init; }

    /// <summary>Payload bytes of PUBLISH packets from clients.</summary>
    public required long PayloadBytesReceived { get; init; }

    public required long PayloadBytesSent { get; init; }

    /// <summary>Deliveries that accepted messages came to.</summary>
    public required long Matched { get; init; }

    /// <summary>Deliveries done: written with QoS 0, acknowledged to the end with QoS 1 and 2.</summary>
    public required long Delivered { get; init; }

    /// <summary>Clients that are connected.</summary>
    public required long Connections { get; init; }

    /// <summary>Connections that listeners have accepted.</summary>
    public required long ConnectionsAccepted { get; init; }

    public required int SessionsOnline { get; init; }

    public required int SessionsAway { get; init; }

    public required int Subscriptions { get; init; }

    public required int SharedSubscriptions { get; init; }

    public required int Retained { get; init; }

    public required long RetainedBytes { get; init; }

    /// <summary>Messages that wait for a session to take them, one for each session.</summary>
    public required long Waiting { get; init; }

    public required long WaitingBytes { get; init; }

    /// <summary>Messages that wait in the session that has most.</summary>
    public required long LongestQueue { get; init; }

    /// <summary>Messages with QoS 1 and 2 that were sent and are not acknowledged to the end.</summary>
    public required long InFlight { get; init; }

    /// <summary>Deliveries that came to nothing, by cause.</summary>
    public required IReadOnlyDictionary<string, long> Dropped { get; init; }

    /// <summary>Publications that were not let in, by cause.</summary>
    public required IReadOnlyDictionary<string, long> Refused { get; init; }

    public required StoreFigures Store { get; init; }

    /// <summary>Processor time of the process.</summary>
    public required double CpuSeconds { get; init; }

    public required long ResidentBytes { get; init; }

    public required long HeapBytes { get; init; }
}

/// <summary><c>GET /api/figures</c>: all that a dashboard plots, in one answer, read once for all who ask together.</summary>
internal sealed class FiguresResource
{
    private static readonly PacketType[] Types = Enum.GetValues<PacketType>();

    private readonly BrokerEngine _engine;
    private readonly Readiness _readiness;
    private readonly MetricsReading _metrics;
    private readonly RecentQuantiles _commits;
    private readonly SharedReading<FiguresView> _reading;
    private readonly long _startedAt;

    public FiguresResource(BrokerEngine engine, Readiness readiness, MetricsReading metrics)
    {
        (_engine, _readiness, _metrics) = (engine, readiness, metrics);
        _commits = new RecentQuantiles(engine.Time);
        _reading = new SharedReading<FiguresView>(Read, engine.Time);
        _startedAt = engine.Time.GetTimestamp();
    }

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet(
        "/api/figures", context => context.SendAsync(_reading.Value, AdminJson.Default.FiguresView));

    private FiguresView Read()
    {
        BrokerMetrics metrics = _engine.Metrics;
        TrafficCounts traffic = metrics.Traffic.Total();
        EngineFigures held = _engine.Figures.Value;
        return new FiguresView
        {
            At = _engine.Time.GetUtcNow(),
            UptimeSeconds = _engine.Time.GetElapsedTime(_startedAt).TotalSeconds,
            MessagesReceived = traffic.PacketsReceived(PacketType.Publish),
            MessagesSent = traffic.PacketsSent(PacketType.Publish),
            PacketsReceived = Types.Sum(traffic.PacketsReceived),
            PacketsSent = Types.Sum(traffic.PacketsSent),
            BytesReceived = Types.Sum(traffic.BytesReceived),
            BytesSent = Types.Sum(traffic.BytesSent),
            PayloadBytesReceived = traffic.PayloadBytesReceived,
            PayloadBytesSent = traffic.PayloadBytesSent,
            Matched = traffic.Matched,
            Delivered = Enum.GetValues<QualityOfService>().Sum(traffic.Delivered),
            Connections = metrics.ConnectionsOpen,
            ConnectionsAccepted = metrics.ConnectionsAccepted,
            SessionsOnline = held.SessionsOnline,
            SessionsAway = held.SessionsAway,
            Subscriptions = held.Subscriptions,
            SharedSubscriptions = held.SharedSubscriptions,
            Retained = held.Retained,
            RetainedBytes = held.RetainedBytes,
            Waiting = held.Waiting,
            WaitingBytes = held.WaitingBytes,
            LongestQueue = held.LongestQueue,
            InFlight = held.InFlight,
            Dropped = Counted(static reason => reason != DropReason.None && !reason.IsRefusal()),
            Refused = Counted(static reason => reason.IsRefusal()),
            Store = ReadStore(),
            CpuSeconds = Environment.CpuUsage.TotalTime.TotalSeconds,
            ResidentBytes = Environment.WorkingSet,
            HeapBytes = GC.GetTotalMemory(forceFullCollection: false),
        };
    }

    // By the names that the metrics have.
    private Dictionary<string, long> Counted(Func<DropReason, bool> isMeant) => Enum.GetValues<DropReason>().Where(isMeant)
        .ToDictionary(static reason => SnakeCase.Of(reason.ToString()), _engine.Metrics.Dropped);

    private StoreFigures ReadStore()
    {
        bool isUp = _readiness.IsStoreUp;
        long pending = _engine.Store.PendingBytes;
        if (_metrics.Histogram("broker.store.commit.duration") is not { } durations)
            return new StoreFigures(isUp, pending, 0, 0, null, null, 0);
        (long[] commits, double seconds) = durations.Read();
        double?[] quantiles = _commits.Read(durations, [0.5, 0.99]);
        double rows = _metrics.Histogram("broker.store.commit.rows")?.Read().Sum ?? 0;
        return new StoreFigures(isUp, pending, commits[^1], seconds, quantiles[0], quantiles[1], rows);
    }
}
