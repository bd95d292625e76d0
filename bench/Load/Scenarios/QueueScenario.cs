using Load.Measuring;
using Load.Options;

namespace Load.Scenarios;

/// <summary>
/// Many messages for many sessions that are away, then everybody returns: what the queues cost in memory, how fast they fill
/// and drain, and whether they are complete.
/// </summary>
internal static class QueueScenario
{
    private const long MessagesDefault = 1_000_000;

    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(30);

    public static bool Run(LoadOptions options, TextWriter output)
    {
        options = options with { Away = true, Persistent = true };
        FleetShape shape = FleetShape.Of(options, publishers: 10, subscribers: 1000, window: 100);
        var broker = new BrokerProcess(options.Pid);
        using var fleet = new Fleet(options, shape);
        using var memory = new ResidentMemory(broker, fleet.Loop);
        Report report = AckScenario.Describe("queue", options, shape);
        long idle = memory.Settle(SettleLimit);
        AddMemory(report, broker, "rss_mb_idle", idle);

        fleet.Subscribe();
        fleet.Leave();
        AddMemory(report, broker, "rss_mb_sessions", memory.Settle(SettleLimit));

        memory.ForgetPeak();
        Fill(options, fleet, broker, report);
        long peak = memory.PeakBytes;
        AddMemory(report, broker, "rss_mb_filling_peak", peak);
        long queued = memory.Settle(SettleLimit);
        AddMemory(report, broker, "rss_mb_queued", queued);
        AddMemory(report, broker, "rss_mb_most_over_idle", Math.Max(peak, queued) - idle);
        long unacknowledged = fleet.InFlight;
        fleet.DisconnectPublishers();

        memory.ForgetPeak();
        long owed = fleet.Owed(fleet.Sent);
        Drain(fleet, broker, report, owed);
        AddMemory(report, broker, "rss_mb_draining_peak", memory.PeakBytes);
        fleet.Leave();
        AddMemory(report, broker, "rss_mb_drained", memory.Settle(SettleLimit));

        bool isGood = Verdict.Add(report, fleet.Acks, fleet.Deliveries, unacknowledged, owed);
        report.Print(output, options.Json);
        return isGood;
    }

    private static void Fill(LoadOptions options, Fleet fleet, BrokerProcess broker, Report report)
    {
        fleet.ConnectPublishers();
        Reading from = Reading.Of(fleet, broker);
        fleet.StartPublishers(options.Messages ?? MessagesDefault);
        fleet.AwaitAcks();
        Reading to = Reading.Of(fleet, broker);
        long acked = to.Acked - from.Acked;
        report.Add("queued", acked);
        report.Add("queued_per_second", acked / to.SecondsSince(from));
        if (broker.IsKnown && acked > 0)
            report.Add("cpu_seconds_per_million_queued", (to.CpuSeconds - from.CpuSeconds) * 1e6 / acked, 2);
        report.AddLatency("ack", fleet.Acks.Latency);
    }

    private static void Drain(Fleet fleet, BrokerProcess broker, Report report, long owed)
    {
        Reading from = Reading.Of(fleet, broker);
        fleet.Return();
        fleet.AwaitDeliveries(owed);
        Reading to = Reading.Of(fleet, broker);
        long delivered = to.Delivered - from.Delivered;
        report.Add("drained", delivered);
        report.Add("drained_per_second", delivered / to.SecondsSince(from));
        if (broker.IsKnown && delivered > 0)
            report.Add("cpu_seconds_per_million_drained", (to.CpuSeconds - from.CpuSeconds) * 1e6 / delivered, 2);
    }

    private static void AddMemory(Report report, BrokerProcess broker, string name, long bytes)
    {
        if (broker.IsKnown) report.AddMegabytes(name, bytes);
    }
}
