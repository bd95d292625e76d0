using Broker.Protocol;
using Load.Clients;
using Load.Measuring;
using Load.Options;

namespace Load.Scenarios;

/// <summary>
/// One greedy client after the other among calm pairs: their 99th percentile may become ten times what it was without, and no
/// more.
/// </summary>
internal static class FairScenario
{
    private const double RatioMax = 10;

    /// <summary>What the broker may keep of all of it when it is over: a heap that has been larger once.</summary>
    private const long KeptBytesMax = 200_000_000;

    /// <summary>Before it counts, everybody is to be there, and caught up with what that cost.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(0.5);

    public static bool Run(LoadOptions options, TextWriter output)
    {
        IReadOnlyList<GreedyClient> chosen = GreedyClient.Choose(options.Greedy);
        int pairs = options.Publishers ?? 50;
        double rate = options.Rate ?? 1000;
        using var calm = new Calm(options, pairs, rate);
        Report report = AckScenario.Describe("fair", options, calm.Shape);
        report.Add("rate", rate);
        calm.Loop.RunFor(TimeSpan.FromSeconds(options.WarmUpSeconds));
        long bytes = calm.ResidentBytes;
        calm.Begin();
        calm.Loop.RunFor(TimeSpan.FromSeconds(options.Seconds));
        calm.CatchUp();
        double before = calm.AddTo(report, "alone");
        bool isFair = true;
        foreach (GreedyClient greedy in chosen) isFair &= IsFair(options, calm, greedy, before, report);
        report.Add("fair", isFair ? "ok" : "FAILED");
        bool isSmall = IsSmallAgain(calm, bytes, report);
        bool isGood = calm.End(report);
        report.Print(output, options.Json);
        return isGood && isFair && isSmall;
    }

    private static bool IsFair(LoadOptions options, Calm calm, GreedyClient greedy, double before, Report report)
    {
        using BlockingClient? hash = greedy.Hash == HashKind.None ? null : SubscribeToAll(options, calm, greedy);
        using HashReader? reader = greedy.Hash == HashKind.Reads ? new HashReader(hash!) : null;
        using Flood flood = Prepare(options, greedy);
        flood.Start(calm.Loop);
        calm.Loop.RunFor(Settling);
        calm.CatchUp();
        (long sent, long read) = (flood.Sent, reader?.Bytes ?? 0);
        calm.Begin();
        calm.Loop.RunFor(TimeSpan.FromSeconds(options.Seconds));
        report.Add($"{greedy.Name}_greedy_per_second", (flood.Sent - sent) / options.Seconds);
        if (reader is not null) report.Add($"{greedy.Name}_read_mb_per_second", (reader.Bytes - read) / options.Seconds / 1e6, 1);
        // Who stood still until it was over counts with all of that time.
        flood.Stop(calm.Loop);
        calm.CatchUp();
        double p99 = calm.AddTo(report, greedy.Name);
        double ratio = before == 0 ? 0 : p99 / before;
        report.Add($"{greedy.Name}_ratio", ratio, 1);
        return ratio <= RatioMax || p99 <= options.BorneMilliseconds * 1000;
    }

    private static BlockingClient SubscribeToAll(LoadOptions options, Calm calm, GreedyClient greedy)
    {
        bool isReading = greedy.Hash == HashKind.Reads;
        var hash = new BlockingClient(options.Port, $"{calm.Shape.Run}-{greedy.Name}", isPersistent: false, isReading);
        hash.Subscribe("#", isReading ? QualityOfService.AtMostOnce : QualityOfService.AtLeastOnce);
        return hash;
    }

    private static Flood Prepare(LoadOptions options, GreedyClient greedy)
    {
        LoadOptions flood = options with
        {
            Qos = greedy.Qos, Payload = greedy.Payload, Topics = 1, Publishers = 1, Subscribers = greedy.Readers,
        };
        FleetShape shape = FleetShape.Of(flood, 1, greedy.Readers, greedy.Window);
        return new Flood(flood, shape with { Layout = Layout.Everything });
    }

    private static bool IsSmallAgain(Calm calm, long before, Report report)
    {
        long after = calm.SettledBytes;
        report.AddMegabytes("rss_before_mb", before);
        report.AddMegabytes("rss_after_mb", after);
        return after - before <= KeptBytesMax;
    }
}
