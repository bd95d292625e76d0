using System.Globalization;
using Broker.Protocol;
using Load.Wire;

namespace Load.Options;

/// <summary>The options of the command line, as one table.</summary>
internal static class OptionReader
{
    private static readonly Row[] Rows =
    [
        new("--port", "PORT", "the broker's port on 127.0.0.1; 1883", (o, v) => o with { Port = Whole(v, 1, 65535) }),
        new("--tls", null, "the port speaks TLS, its certificate is accepted", (o, _) => o with { Transport = Transport.Tls }),
        new("--websocket", null, "the port speaks WebSocket", (o, _) => o with { Transport = Transport.WebSocket }),
        new("--pid", "PID", "the broker's process, for CPU seconds and memory", (o, v) => o with { Pid = Whole(v, 1) }),
        new("--pid-file", "FILE", "storm: the broker's pid_file, for each of its processes", (o, v) => o with { PidFile = v }),
        new("--password", "TEXT", "storm: of the users bench, bench0, bench1, ...", (o, v) => o with { Password = v }),
        new("--retry", "N", "storm: seconds until a device tries again, or 0.5 to 1.5 of it; 1",
            (o, v) => o with { RetrySeconds = Seconds(v) }),
        new("--seconds", "N", "how long is measured; 10", (o, v) => o with { Seconds = Seconds(v) }),
        new("--warmup", "N", "seconds before it that do not count; 2", (o, v) => o with { WarmUpSeconds = Seconds(v) }),
        new("--messages", "N", "send this many in place of a time", (o, v) => o with { Messages = Whole(v, 1) }),
        new("--publishers", "N", "how many", (o, v) => o with { Publishers = Whole(v, 1, 50_000) }),
        new("--subscribers", "N", "how many", (o, v) => o with { Subscribers = Whole(v, 0, 50_000) }),
        new("--connections", "N", "connect 50, idle and storm 10000, fight 1000, offline 10",
            (o, v) => o with { Connections = Whole(v, 1, 200_000) }),
        new("--window", "N", "messages a publisher has in flight", (o, v) => o with { Window = Whole(v, 1, 32768) }),
        new("--rate", "N", "messages a second of all publishers together", (o, v) => o with { Rate = Whole(v, 1) }),
        new("--qos", "0|1|2", "of the messages; 1", (o, v) => o with { Qos = Whole(v, 0, 2) }),
        new("--subscriber-qos", "0|1|2", "of the subscriptions; as --qos", (o, v) => o with { SubscriberQos = Whole(v, 0, 2) }),
        new("--payload", "BYTES", "24 or more; 64", (o, v) => o with { Payload = Whole(v, 24, 16 << 20) }),
        new("--topics", "N", "one for each subscriber", (o, v) => o with { Topics = Whole(v, 1, 1_000_000) }),
        new("--filters", "N", "wildcard: filters of a subscriber; 20", (o, v) => o with { Filters = Whole(v, 1, 100) }),
        new("--persistent", null, "sessions outlive their connections", (o, _) => o with { Persistent = true }),
        new("--away", null, "subscribers leave before the first message", (o, _) => o with { Away = true, Persistent = true }),
        new("--version", "4|5", "of the protocol; 4", (o, v) => o with { Version = (ProtocolVersion)Whole(v, 4, 5) }),
        new("--patience", "N", "seconds without progress that end a wait; 30", (o, v) => o with { PatienceSeconds = Seconds(v) }),
        new("--keep", "FILE", "ack: leave the queues; `drain FILE` checks them later", (o, v) => o with { Keep = v }),
        new("--round", "N", "churn: messages a round; 100000", (o, v) => o with { Round = Whole(v, 1) }),
        new("--probe", "CMD", "churn: shell command after each round", (o, v) => o with { Probe = v }),
        new("--greedy", "NAMES", "fair: those of its greedy clients; all", (o, v) => o with { Greedy = v }),
        new("--borne", "MS", "fair, fight, storm: a p99 or a wait that is borne anyway; 0",
            (o, v) => o with { BorneMilliseconds = Whole(v, 0) }),
        new("--admin", "PORT", "slow, fight: the admin listener on 127.0.0.1", (o, v) => o with { Admin = Whole(v, 1, 65535) }),
        new("--policy", "WORD", "slow: the broker's drop_policy; newest", (o, v) => o with { Policy = v }),
        new("--queued-messages", "N", "slow: its max_queued_messages; 1000", (o, v) => o with { QueuedMessages = Whole(v, 1) }),
        new("--queued-bytes", "N", "slow: its max_queued_bytes; no limit", (o, v) => o with { QueuedBytes = Whole(v, 1) }),
        new("--delay", "SECONDS", "fight: its takeover_delay_max; 30", (o, v) => o with { DelaySeconds = Whole(v, 0, 60) }),
        new("--log", "FILE", "fight: what it logs to", (o, v) => o with { Log = v }),
        new("--beside-others", null, "slow, replay, fight: do not judge speed and memory",
            (o, _) => o with { IsBesideOthers = true }),
        new("--stored", null, "replay: the topics are there already", (o, _) => o with { AreStored = true }),
        new("--label", "NAME=TEXT", "goes into the report as it is; repeatable", WithLabel),
        new("--json", null, "one JSON object a line", (o, _) => o with { Json = true }),
    ];

    /// <summary>Reads options and what stands beside them.</summary>
    /// <exception cref="UsageException">An option that is not known, or a value that it cannot have.</exception>
    public static LoadOptions Read(ReadOnlySpan<string> arguments, List<string> operands)
    {
        var options = new LoadOptions();
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i];
            if (!name.StartsWith("--", StringComparison.Ordinal))
            {
                operands.Add(name);
                continue;
            }
            Row row = Array.Find(Rows, row => row.Name == name) ?? throw new UsageException($"{name} is not an option");
            if (row.Value is not null && ++i == arguments.Length) throw new UsageException($"{name} needs a value");
            try
            {
                options = row.Apply(options, row.Value is null ? "" : arguments[i]);
            }
            catch (Exception exception) when (exception is FormatException or OverflowException)
            {
                throw new UsageException($"{name} {arguments[i]}: {exception.Message}");
            }
        }
        return options;
    }

    public static IEnumerable<string> Help() => Rows.Select(row => $"  {row.Name + " " + row.Value,-24} {row.Text}");

    private static LoadOptions WithLabel(LoadOptions options, string text)
    {
        string[] parts = text.Split('=', 2);
        if (parts.Length < 2) throw new FormatException("NAME=TEXT is expected");
        return options with { Labels = [.. options.Labels, (parts[0], parts[1])] };
    }

    private static int Whole(string text, int least, int most = int.MaxValue)
    {
        int value = int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
        return value >= least && value <= most ? value : throw new FormatException($"{least} to {most} is expected");
    }

    private static double Seconds(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private sealed record Row(string Name, string? Value, string Text, Func<LoadOptions, string, LoadOptions> Apply);
}
