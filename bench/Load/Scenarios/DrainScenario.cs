using Load.Measuring;
using Load.Options;

namespace Load.Scenarios;

/// <summary>Sessions that `ack --away --keep FILE` left behind return: is everything there, once and in order?</summary>
internal static class DrainScenario
{
    public static bool Run(LoadOptions options, string file, TextWriter output)
    {
        OwedMessages kept = OwedMessages.Load(file);
        LoadOptions actual = kept.Options with
        {
            Port = options.Port,
            Pid = options.Pid,
            Json = options.Json,
            Labels = options.Labels,
            PatienceSeconds = options.PatienceSeconds,
        };
        var broker = new BrokerProcess(options.Pid);
        using var fleet = new Fleet(actual, kept.Shape);
        long owed = fleet.Owed(kept.Sent);
        Reading from = Reading.Of(fleet, broker);
        fleet.Return();
        fleet.AwaitDeliveries(owed);
        Reading to = Reading.Of(fleet, broker);
        fleet.Leave();

        Report report = AckScenario.Describe("drain", actual, kept.Shape);
        report.Add("owed", owed);
        report.Add("seconds", to.SecondsSince(from), 3);
        report.Add("drained_per_second", to.Delivered / to.SecondsSince(from));
        if (broker.IsKnown && to.Delivered > 0)
            report.Add("cpu_seconds_per_million_delivered", (to.CpuSeconds - from.CpuSeconds) * 1e6 / to.Delivered, 2);
        bool isGood = Verdict.Add(report, fleet.Acks, fleet.Deliveries, unacknowledged: 0, owed);
        report.Print(output, options.Json);
        return isGood;
    }
}
