using System.Diagnostics;
using System.Globalization;
using Broker.Protocol.Packets;
using Load.Clients;
using Load.Measuring;
using Load.Options;
using Load.Wire;

namespace Load.Scenarios;

/// <summary>What a connection costs in memory that is there and says nothing.</summary>
internal static class IdleScenario
{
    private const int ConnectionsDefault = 10_000;
    private const int Sources = 8;

    /// <summary>Handshakes that are under way at once.</summary>
    private const int Burst = 64;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static bool Run(LoadOptions options, TextWriter output)
    {
        var broker = new BrokerProcess(options.Pid);
        using var loop = new EventLoop();
        using var memory = new ResidentMemory(broker, loop);
        // The first connections also pay for code that is loaded once.
        Drop(Open(loop, options, Burst, first: 0));
        long before = memory.Settle(Limit);
        long from = Stopwatch.GetTimestamp();
        List<(Client Client, IdleRole Role)> idle = Open(loop, options, options.Connections ?? ConnectionsDefault, Burst);
        double seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        long after = memory.Settle(Limit);
        foreach ((_, IdleRole role) in idle) role.Ping();
        bool isGood = loop.RunUntil(() => idle.TrueForAll(one => one.Role.IsAnswered), Limit);

        var report = new Report();
        report.Add("scenario", "idle");
        foreach ((string name, string value) in options.Labels) report.Add(name, value);
        report.Add("connections", idle.Count);
        report.Add("mqtt", (long)options.Version);
        report.Add("connects_per_second", idle.Count / seconds);
        if (broker.IsKnown)
        {
            report.Add("resident_bytes_per_connection", (after - before) / (double)idle.Count);
            report.AddMegabytes("rss_mb_before", before);
            report.AddMegabytes("rss_mb_after", after);
            report.AddMegabytes("rss_mb_peak", memory.PeakBytes);
            report.AddMegabytes("rss_mb_pinged", broker.ResidentBytes);
        }
        report.Add("unanswered", idle.Count(one => !one.Role.IsAnswered));
        report.Add("verdict", isGood ? "ok" : "FAILED");
        report.Print(output, options.Json);
        return isGood;
    }

    private static List<(Client Client, IdleRole Role)> Open(EventLoop loop, LoadOptions options, int count, int first)
    {
        List<(Client Client, IdleRole Role)> idle = [];
        for (int i = 0; i < count; i++)
        {
            var role = new IdleRole(first + i);
            var connect = new ConnectPacket
            {
                Version = options.Version,
                ClientId = string.Create(CultureInfo.InvariantCulture, $"idle{first + i}"),
                CleanStart = true,
            };
            var endpoint = new Endpoint(options.Port, options.Transport, 1 + i % Sources);
            idle.Add((Client.Open(loop, endpoint, role, connect, []), role));
            if ((i + 1) % Burst == 0 || i + 1 == count) Await(loop, idle);
        }
        return idle;
    }

    private static void Await(EventLoop loop, List<(Client Client, IdleRole Role)> idle)
    {
        int checkedUpTo = Math.Max(0, idle.Count - Burst);
        if (!loop.RunUntil(() => idle.Skip(checkedUpTo).All(one => one.Client.IsReady), Limit))
            throw new LoadException("clients were not answered");
    }

    private static void Drop(List<(Client Client, IdleRole Role)> idle)
    {
        foreach ((Client client, _) in idle)
        {
            client.Leave();
            client.Link.Close();
        }
    }
}
