using Broker.Protocol;
using Load.Clients;
using Load.Measuring;
using Load.Options;

namespace Load.Scenarios;

/// <summary>
/// One greedy client among calm pairs: their 99th percentile may become ten times what it was without it, and no more.
/// </summary>
internal static class FairScenario
{
    private const double RatioMax = 10;

    /// <summary>The flood and its generator may have all the cores that there are: what is below this is borne.</summary>
    private const double SlowFromMicroseconds = 250_000;

    /// <summary>Who is greedy: its QoS, its payload, how many it has to be sent to, its window.</summary>
    private static readonly (string Name, int Qos, int Payload, int Readers, int Window)[] Greedy =
    [
        ("qos0", 0, 64, 1, 1),
        ("qos0_to_20", 0, 64, 20, 1),
        ("qos0_to_nobody", 0, 64, 0, 1),
        ("qos1", 1, 64, 1, 32_768),
        ("large", 0, 1_000_000, 1, 1),
    ];

    public static bool Run(LoadOptions options, TextWriter output)
    {
        int pairs = options.Publishers ?? 50;
        double rate = options.Rate ?? 1000;
        using var calm = new Calm(options, pairs, rate);
        Report report = AckScenario.Describe("fair", options, calm.Shape);
        report.Add("rate", rate);
        calm.Loop.RunFor(TimeSpan.FromSeconds(options.WarmUpSeconds));
        calm.Begin();
        calm.Loop.RunFor(TimeSpan.FromSeconds(options.Seconds));
        double before = calm.AddTo(report, "alone");
        bool isFair = true;
        foreach ((string name, int qos, int payload, int readers, int window) in Greedy)
        {
            LoadOptions greedy = options with { Qos = qos, Payload = payload, Topics = 1 };
            FleetShape shape = FleetShape.Of(greedy with { Publishers = 1, Subscribers = readers }, 1, readers, window);
            using var flood = new Flood(greedy, shape with { Layout = Layout.Everything });
            flood.Start();
            isFair &= IsFair(options, calm, flood, name, before, report);
        }
        isFair &= IsFairToReaderOfAll(options, calm, before, report);
        report.Add("fair", isFair ? "ok" : "FAILED");
        bool isGood = calm.End(report);
        report.Print(output, options.Json);
        return isGood && isFair;
    }

    private static bool IsFair(LoadOptions options, Calm calm, Flood flood, string name, double before, Report report)
    {
        long sent = flood.Sent;
        calm.Begin();
        calm.Loop.RunFor(TimeSpan.FromSeconds(options.Seconds));
        report.Add($"{name}_greedy_per_second", (flood.Sent - sent) / options.Seconds);
        bool isFair = IsBearable(calm.AddTo(report, name), before, name, report);
        flood.Stop();
        return isFair;
    }

    // One that subscribes to everything, and one that does so and does not read.
    private static bool IsFairToReaderOfAll(LoadOptions options, Calm calm, double before, Report report)
    {
        using var stuck = new BlockingClient(options.Port, calm.Shape.Run + "-all", isPersistent: false);
        stuck.Subscribe("#", QualityOfService.AtLeastOnce);
        calm.Begin();
        calm.Loop.RunFor(TimeSpan.FromSeconds(options.Seconds));
        return IsBearable(calm.AddTo(report, "stuck_hash"), before, "stuck_hash", report);
    }

    private static bool IsBearable(double p99, double before, string name, Report report)
    {
        double ratio = before == 0 ? 0 : p99 / before;
        report.Add($"{name}_ratio", ratio, 1);
        return ratio <= RatioMax || p99 < SlowFromMicroseconds;
    }
}
