using System.Globalization;
using Broker.Protocol.Packets;
using Load.Clients;
using Load.Measuring;
using Load.Options;
using Load.Wire;

namespace Load.Scenarios;

/// <summary>Connections that come and go: TCP, CONNECT, CONNACK, DISCONNECT, close, and again.</summary>
internal static class ConnectScenario
{
    private const int ConnectionsDefault = 50;

    /// <summary>Closed connections keep their port for a second; so many addresses have enough for any rate.</summary>
    private const int Sources = 8;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    public static bool Run(LoadOptions options, TextWriter output)
    {
        var broker = new BrokerProcess(options.Pid);
        using var loop = new EventLoop();
        var latency = new LatencyHistogram();
        Client Open(Caller caller, int number, long attempt) =>
            Client.Open(loop, new Endpoint(options.Port, options.Transport, 1 + (int)((number + attempt) % Sources)), caller,
                new ConnectPacket
                {
                    Version = options.Version,
                    ClientId = string.Create(CultureInfo.InvariantCulture, $"c{number}-{attempt}"),
                    CleanStart = true,
                }, []);
        Caller[] callers =
        [
            .. Enumerable.Range(0, options.Connections ?? ConnectionsDefault).Select(i => new Caller(i, Open, latency)),
        ];
        foreach (Caller caller in callers) caller.Call();
        loop.RunFor(TimeSpan.FromSeconds(options.WarmUpSeconds));
        latency.Clear();
        Reading from = Now(callers, broker);
        loop.RunFor(TimeSpan.FromSeconds(options.Seconds));
        Reading to = Now(callers, broker);
        foreach (Caller caller in callers) caller.IsStopping = true;
        bool isGood = loop.RunUntil(() => Array.TrueForAll(callers, caller => caller.IsDone), EndLimit);

        var report = new Report();
        report.Add("scenario", "connect");
        foreach ((string name, string value) in options.Labels) report.Add(name, value);
        report.Add("connections", callers.Length);
        report.Add("mqtt", (long)options.Version);
        long connects = to.Delivered - from.Delivered;
        report.Add("seconds", to.SecondsSince(from), 3);
        report.Add("connects", connects);
        report.Add("connects_per_second", connects / to.SecondsSince(from));
        if (broker.IsKnown && connects > 0)
            report.Add("cpu_seconds_per_million_connects", (to.CpuSeconds - from.CpuSeconds) * 1e6 / connects, 2);
        if (connects > 0)
            report.Add("own_cpu_seconds_per_million_connects", (to.OwnCpuSeconds - from.OwnCpuSeconds) * 1e6 / connects, 2);
        report.AddLatency("connect", latency);
        report.Add("verdict", isGood && connects > 0 ? "ok" : "FAILED");
        report.Print(output, options.Json);
        return isGood && connects > 0;
    }

    private static Reading Now(Caller[] callers, BrokerProcess broker) =>
        Reading.Of(acked: 0, delivered: callers.Sum(caller => caller.Accepted), broker);
}
