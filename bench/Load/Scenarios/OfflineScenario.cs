using Load.Measuring;
using Load.Options;

namespace Load.Scenarios;

/// <summary>
/// Sessions that are away, each with a topic of its own: how fast their queues fill, and how fast they drain when some return
/// at a time. The same sessions go through it again and again, first for the warm-up and then for the measurement.
/// </summary>
internal static class OfflineScenario
{
    private const int MessagesEach = 1000;
    private const int AtOnceDefault = 10;

    public static bool Run(LoadOptions options, TextWriter output)
    {
        options = options with { Away = true, Persistent = true };
        FleetShape shape = FleetShape.Of(options, publishers: 10, subscribers: 100, window: 100);
        var broker = new BrokerProcess(options.Pid);
        using var fleet = new Fleet(options, shape);
        fleet.Subscribe();
        fleet.Leave();
        fleet.ConnectPublishers();
        var filling = new Phase();
        var draining = new Phase();
        Reading started = Reading.Of(fleet, broker);
        bool isMoving = true;
        while (isMoving && Reading.Of(fleet, broker).SecondsSince(started) < options.WarmUpSeconds)
            isMoving = Round(options, fleet, broker, new Phase(), new Phase());
        while (isMoving && filling.Seconds + draining.Seconds < options.Seconds)
            isMoving = Round(options, fleet, broker, filling, draining);

        long unacknowledged = fleet.InFlight;
        fleet.DisconnectPublishers();
        Report report = AckScenario.Describe("offline", options, shape);
        report.Add("at_once", options.Connections ?? AtOnceDefault);
        report.Add("rounds", filling.Times);
        filling.AddTo(report, "queued", broker);
        draining.AddTo(report, "drained", broker);
        bool isGood = Verdict.Add(report, fleet.Acks, fleet.Deliveries, unacknowledged, fleet.Owed(fleet.Sent));
        report.Print(output, options.Json);
        return isGood;
    }

    /// <returns>False: the broker stands still, and further rounds would only wait.</returns>
    private static bool Round(LoadOptions options, Fleet fleet, BrokerProcess broker, Phase filling, Phase draining)
    {
        Reading start = Reading.Of(fleet, broker);
        fleet.StartPublishers(options.Messages ?? (long)MessagesEach * fleet.Subscribers);
        bool isAcked = fleet.AwaitAcks();
        Reading filled = Reading.Of(fleet, broker);
        filling.Add(start, filled, filled.Acked - start.Acked);

        bool isDrained = true;
        int atOnce = options.Connections ?? AtOnceDefault;
        for (int first = 0; first < fleet.Subscribers && isDrained; first += atOnce)
        {
            int count = Math.Min(atOnce, fleet.Subscribers - first);
            fleet.Return(first, count);
            isDrained = fleet.AwaitDeliveries(first, count);
            fleet.Leave();
        }
        Reading drained = Reading.Of(fleet, broker);
        draining.Add(filled, drained, drained.Delivered - filled.Delivered);
        return isAcked && isDrained;
    }
}
