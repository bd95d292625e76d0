using Load.Measuring;
using Load.Options;

namespace Load.Scenarios;

/// <summary>
/// Many retained topics: how fast they are stored, and how fast they come to subscribers whose filter matches all. A round has
/// topics of its own, so that they are new in each; the first rounds warm up.
/// </summary>
internal static class RetainedScenario
{
    private const int TopicsDefault = 100_000;

    public static bool Run(LoadOptions options, TextWriter output)
    {
        var broker = new BrokerProcess(options.Pid);
        Report report;
        bool isGood;
        var warmingUp = new Phase();
        do isGood = Round(options, broker, warmingUp, warmingUp, out report);
        while (isGood && warmingUp.Seconds < options.WarmUpSeconds);
        var storing = new Phase();
        var replaying = new Phase();
        while (isGood && storing.Seconds + replaying.Seconds < options.Seconds)
            isGood = Round(options, broker, storing, replaying, out report);
        report.Add("rounds", storing.Times);
        storing.AddTo(report, "stored", broker);
        replaying.AddTo(report, "replayed", broker);
        report.Print(output, options.Json);
        return isGood;
    }

    private static FleetShape Shape(LoadOptions options)
    {
        FleetShape shape = FleetShape.Of(options, publishers: 10, subscribers: 10, window: 100);
        int topics = options.Topics ?? TopicsDefault;
        if (topics % shape.Publishers != 0) throw new UsageException("--topics has to be a multiple of --publishers");
        return shape with { Topics = topics, Layout = Layout.Tree, IsRetained = true };
    }

    private static bool Round(LoadOptions options, BrokerProcess broker, Phase storing, Phase replaying, out Report report)
    {
        FleetShape shape = Shape(options);
        using var fleet = new Fleet(options, shape);
        fleet.ConnectPublishers();
        Reading start = Reading.Of(fleet, broker);
        fleet.StartPublishers(shape.Topics);
        fleet.AwaitAcks();
        Reading stored = Reading.Of(fleet, broker);
        storing.Add(start, stored, stored.Acked - start.Acked);
        long unacknowledged = fleet.InFlight;
        fleet.DisconnectPublishers();

        Reading subscribing = Reading.Of(fleet, broker);
        fleet.Subscribe();
        long owed = fleet.Owed(fleet.Sent);
        fleet.AwaitDeliveries(owed);
        Reading replayed = Reading.Of(fleet, broker);
        replaying.Add(subscribing, replayed, replayed.Delivered);
        fleet.Leave();
        report = AckScenario.Describe("retained", options, shape);
        return Verdict.Add(report, fleet.Acks, fleet.Deliveries, unacknowledged, owed);
    }
}
