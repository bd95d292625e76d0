using Load.Measuring;
using Load.Options;

namespace Load.Scenarios;

/// <summary>
/// How many messages are acknowledged and how long an acknowledgement takes: for nobody, for persistent sessions that are
/// away, or with subscribers that listen.
/// </summary>
internal static class AckScenario
{
    public static bool Run(LoadOptions options, TextWriter output)
    {
        FleetShape shape = FleetShape.Of(options, publishers: 1, subscribers: 0, window: 1);
        var broker = new BrokerProcess(options.Pid);
        using var fleet = new Fleet(options, shape);
        fleet.Subscribe();
        if (options.Away) fleet.Leave();
        fleet.ConnectPublishers();

        Reading started = Reading.Of(fleet, broker);
        (Reading from, Reading to) = Measurement.Run(options, fleet, broker);
        fleet.StopPublishers();
        fleet.AwaitAcks();
        Reading stopped = Reading.Of(fleet, broker);

        Report report = Describe("ack", options, shape);
        AddRates(report, broker, from, to);
        report.AddLatency("ack", fleet.Acks.Latency);
        if (!options.Away) report.AddLatency("delivery", fleet.Deliveries.Latency);
        report.Add("acked_total", stopped.Acked);
        report.Add("publishing_seconds", stopped.SecondsSince(started), 3);
        long unacknowledged = fleet.InFlight;
        fleet.DisconnectPublishers();
        bool isGood = Collect(options, fleet, shape, report, unacknowledged);
        if (broker.IsKnown) report.AddMegabytes("rss_mb_end", broker.ResidentBytes);
        report.Print(output, options.Json);
        return isGood;
    }

    /// <summary>Begins a report with what was run.</summary>
    public static Report Describe(string scenario, LoadOptions options, FleetShape shape)
    {
        var report = new Report();
        report.Add("scenario", scenario);
        foreach ((string name, string value) in options.Labels) report.Add(name, value);
        report.Add("publishers", shape.Publishers);
        report.Add("window", shape.Window);
        report.Add("qos", options.Qos);
        report.Add("payload", options.Payload);
        report.Add("topics", shape.Topics);
        report.Add("subscribers", shape.Subscribers);
        if (shape.Subscribers > 0)
            report.Add("sessions", options.Away ? "away" : options.Persistent ? "persistent" : "volatile");
        report.Add("mqtt", (long)options.Version);
        return report;
    }

    private static void AddRates(Report report, BrokerProcess broker, in Reading from, in Reading to)
    {
        double seconds = to.SecondsSince(from);
        long acked = to.Acked - from.Acked;
        long delivered = to.Delivered - from.Delivered;
        report.Add("seconds", seconds, 3);
        report.Add("acked", acked);
        report.Add("acked_per_second", acked / seconds);
        if (delivered > 0) report.Add("delivered_per_second", delivered / seconds);
        double cpu = to.CpuSeconds - from.CpuSeconds;
        if (broker.IsKnown)
        {
            report.Add("cpu_seconds", cpu, 2);
            if (acked > 0) report.Add("cpu_seconds_per_million_acked", cpu * 1e6 / acked, 2);
            if (delivered > 0) report.Add("cpu_seconds_per_million_delivered", cpu * 1e6 / delivered, 2);
        }
        double own = to.OwnCpuSeconds - from.OwnCpuSeconds;
        if (acked > 0) report.Add("own_cpu_seconds_per_million_acked", own * 1e6 / acked, 2);
    }

    private static bool Collect(LoadOptions options, Fleet fleet, FleetShape shape, Report report, long unacknowledged)
    {
        long owed = fleet.Owed(fleet.Sent);
        if (options is { Away: true, Keep: not null })
        {
            new OwedMessages(shape, options, fleet.Sent).Save(options.Keep);
            // What is still in the broker is neither lost nor delivered: `drain` tells.
            report.Add("kept", owed);
            return Verdict.Add(report, fleet.Acks, fleet.Deliveries, unacknowledged, owed: 0);
        }
        Reading returning = default;
        if (options.Away)
        {
            returning = Reading.Of(fleet, new BrokerProcess(0));
            fleet.Return();
        }
        fleet.AwaitDeliveries(owed);
        if (options.Away)
        {
            double seconds = Reading.Of(fleet, new BrokerProcess(0)).SecondsSince(returning);
            report.Add("drained_per_second", fleet.Deliveries.Received / seconds);
        }
        if (shape.Subscribers > 0) fleet.Leave();
        return Verdict.Add(report, fleet.Acks, fleet.Deliveries, unacknowledged, owed);
    }
}
