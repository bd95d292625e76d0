using Load.Measuring;
using Load.Options;

namespace Load.Scenarios;

/// <summary>
/// Messages that go from publishers to subscribers who listen, in a closed loop or at a rate: what a delivery costs the
/// broker, and how long it takes.
/// </summary>
internal static class FlowScenario
{
    /// <summary>With a rate nobody should have to wait for room; a broker that stands still is not buried either.</summary>
    private const int PacedWindow = 4000;

    /// <summary>Is this one of the scenarios here?</summary>
    public static bool Has(string name) => name is "pairs" or "fanout" or "fanin" or "wildcard";

    public static bool Run(string name, LoadOptions options, TextWriter output)
    {
        FleetShape shape = Shape(name, options);
        var broker = new BrokerProcess(options.Pid);
        using var fleet = new Fleet(options, shape);
        fleet.Subscribe();
        fleet.ConnectPublishers();
        (Reading from, Reading to) = Measurement.Run(options, fleet, broker);
        long unsent = fleet.StopPublishers();
        fleet.AwaitAcks();
        long owed = fleet.Owed(fleet.Sent);
        fleet.AwaitDeliveries(owed);
        if (options.Messages is not null) to = Reading.Of(fleet, broker);

        Report report = AckScenario.Describe(name, options, shape);
        if (shape.Layout == Layout.Wildcards) report.Add("filters", (long)shape.FiltersEach * shape.Subscribers);
        AddFigures(report, broker, from, to);
        report.AddLatency("delivery", fleet.Deliveries.Latency);
        report.AddLatency("ack", fleet.Acks.Latency);
        if (options.Rate is { } rate)
        {
            report.Add("rate", rate);
            report.Add("unsent", unsent);
        }
        report.Add("delivered_total", fleet.Deliveries.Received);
        if (broker.IsKnown) report.AddMegabytes("rss_mb_end", broker.ResidentBytes);
        long unacknowledged = fleet.InFlight;
        fleet.DisconnectPublishers();
        fleet.Leave();
        bool isGood = Verdict.Add(report, fleet.Acks, fleet.Deliveries, unacknowledged, owed);
        report.Print(output, options.Json);
        return isGood;
    }

    private static FleetShape Shape(string name, LoadOptions options)
    {
        int paced = options.Rate is null ? 0 : PacedWindow;
        if (name == "pairs")
        {
            int pairs = options.Publishers ?? 10;
            if ((options.Subscribers ?? pairs) != pairs || (options.Topics ?? pairs) != pairs)
                throw new UsageException("pairs have as many subscribers and topics as publishers");
            FleetShape shape = FleetShape.Of(options, pairs, pairs, paced > 0 ? paced : 256);
            return shape with { Topics = pairs, Layout = Layout.Pairs, IsClosedLoop = true };
        }
        if (name == "wildcard")
        {
            if (options.Topics is not null and not WildcardFilters.Topics)
                throw new UsageException($"wildcard has {WildcardFilters.Topics} topics");
            return FleetShape.Of(options, publishers: 10, subscribers: 100, paced > 0 ? paced : 64) with
            {
                Topics = WildcardFilters.Topics,
                Layout = Layout.Wildcards,
                FiltersEach = options.Filters,
                IsClosedLoop = true,
            };
        }
        FleetShape fan = name == "fanout"
            ? FleetShape.Of(options, publishers: 1, subscribers: 100, paced > 0 ? paced : 32)
            : FleetShape.Of(options, publishers: 100, subscribers: 1, paced > 0 ? paced : 64);
        return fan with { Topics = options.Topics ?? 1, Layout = Layout.Everything, IsClosedLoop = true };
    }

    private static void AddFigures(Report report, BrokerProcess broker, in Reading from, in Reading to)
    {
        double seconds = to.SecondsSince(from);
        long delivered = to.Delivered - from.Delivered;
        report.Add("seconds", seconds, 3);
        report.Add("delivered", delivered);
        report.Add("delivered_per_second", delivered / seconds);
        if (delivered == 0) return;
        double cpu = to.CpuSeconds - from.CpuSeconds;
        if (broker.IsKnown)
        {
            report.Add("cpu_seconds", cpu, 2);
            report.Add("cpu_seconds_per_million_delivered", cpu * 1e6 / delivered, 3);
        }
        report.Add("own_cpu_seconds_per_million_delivered", (to.OwnCpuSeconds - from.OwnCpuSeconds) * 1e6 / delivered, 3);
    }
}
