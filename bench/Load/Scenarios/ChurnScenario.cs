using Load.Measuring;
using Load.Options;

namespace Load.Scenarios;

/// <summary>
/// Fills and drains the queues of the same sessions, round after round: do the tables of the store stay as large as what is
/// in them? One report a round, and one for all.
/// </summary>
internal static class ChurnScenario
{
    private const long MessagesDefault = 5_000_000;

    public static bool Run(LoadOptions options, TextWriter output)
    {
        options = options with { Away = true, Persistent = true };
        FleetShape shape = FleetShape.Of(options, publishers: 10, subscribers: 100, window: 100);
        var broker = new BrokerProcess(options.Pid);
        using var fleet = new Fleet(options, shape);
        fleet.Subscribe();
        fleet.Leave();
        fleet.ConnectPublishers();

        Reading started = Reading.Of(fleet, broker);
        long left = options.Messages ?? MessagesDefault;
        bool isMoving = true;
        for (int round = 1; left > 0 && isMoving; round++)
        {
            long messages = Math.Min(left, options.Round);
            left -= messages;
            isMoving = RunRound(options, fleet, broker, round, messages, output);
        }
        Reading ended = Reading.Of(fleet, broker);
        long unacknowledged = fleet.InFlight;
        fleet.DisconnectPublishers();

        Report report = AckScenario.Describe("churn", options, shape);
        report.Add("messages", ended.Acked);
        report.Add("seconds", ended.SecondsSince(started), 3);
        report.Add("messages_per_second", ended.Acked / ended.SecondsSince(started));
        if (broker.IsKnown && ended.Acked > 0)
            report.Add("cpu_seconds_per_million", (ended.CpuSeconds - started.CpuSeconds) * 1e6 / ended.Acked, 2);
        bool isGood = Verdict.Add(report, fleet.Acks, fleet.Deliveries, unacknowledged, fleet.Owed(fleet.Sent));
        report.Print(output, options.Json);
        return isGood;
    }

    /// <returns>False: the broker stands still, and further rounds would only wait.</returns>
    private static bool RunRound(
        LoadOptions options, Fleet fleet, BrokerProcess broker, int round, long messages, TextWriter output)
    {
        Reading start = Reading.Of(fleet, broker);
        fleet.StartPublishers(messages);
        bool isAcked = fleet.AwaitAcks();
        Reading filled = Reading.Of(fleet, broker);
        string? full = ShellProbe.Run(options.Probe, round, "queued");

        Reading returning = Reading.Of(fleet, broker);
        fleet.Return();
        bool isDrained = fleet.AwaitDeliveries(fleet.Owed(fleet.Sent));
        Reading drained = Reading.Of(fleet, broker);
        fleet.Leave();
        string? empty = ShellProbe.Run(options.Probe, round, "drained");

        var report = new Report();
        report.Add("scenario", "churn-round");
        report.Add("round", round);
        report.Add("messages", filled.Acked - start.Acked);
        report.Add("queued_per_second", (filled.Acked - start.Acked) / filled.SecondsSince(start));
        report.Add("drained_per_second", (drained.Delivered - returning.Delivered) / drained.SecondsSince(returning));
        if (broker.IsKnown) report.AddMegabytes("rss_mb", broker.ResidentBytes);
        if (full is not null) report.Add("probe_queued", full);
        if (empty is not null) report.Add("probe_drained", empty);
        report.Print(output, options.Json);
        output.Flush();
        return isAcked && isDrained;
    }
}
