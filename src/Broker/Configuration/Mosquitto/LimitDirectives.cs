using System.Collections.Immutable;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: limits of packets, queues, sessions and time.</summary>
internal static class LimitDirectives
{
    private const int PacketBytesMax = 268_435_455;
    private const int RetainExpiryMinutesMax = 10_000_000;

    private const string NoMemoryLimit =
        "limit the process instead, with DOTNET_GCHeapHardLimit or the container's memory limit";

    private static readonly ValueKind<int> CountOrNone = ValueKinds.Integer(description: "count, 0 for no limit");
    private static readonly ValueKind<int> BytesOrNone = ValueKinds.Integer(description: "bytes, 0 for no limit");
    private static readonly ValueKind<int> CountOrMinusOne = ValueKinds.Integer(description: "count, 0 or less for no limit");

    public static readonly ImmutableArray<Directive> Rows =
    [
        Row.Works("max_inflight_messages", Global,
            ValueKinds.Integer(
                int.MinValue, ushort.MaxValue, "0 to 65535, 0 for no limit", "Error: 'max_inflight_messages' must be <= 65535."),
            "20", (builder, value) => builder.Limits = builder.Limits with
            {
                // mosquitto reads a negative number and 65535 as "no limit".
                InflightMessagesMax = value is < 0 or ushort.MaxValue ? 0 : value,
            }),
        Row.Works("max_inflight_bytes", Global, BytesOrNone, "0",
                (builder, value) => builder.Limits = builder.Limits with { InflightBytesMax = Math.Max(value, 0) })
            with { Since = "1.5" },
        Row.Works("max_queued_messages", Global, CountOrNone, "1000",
            (builder, value) => builder.Limits = builder.Limits with { QueuedMessagesMax = Math.Max(value, 0) }),
        Row.Works("max_queued_bytes", Global, BytesOrNone, "0",
                (builder, value) => builder.Limits = builder.Limits with { QueuedBytesMax = Math.Max(value, 0) })
            with { Since = "1.5" },
        Row.Works("drop_policy", Global,
                ValueKinds.Choice(
                    ("newest", DropPolicy.Newest), ("oldest", DropPolicy.Oldest), ("reject", DropPolicy.Reject)),
                "newest", (builder, value) => builder.Limits = builder.Limits with { DropPolicy = value })
            with
            {
                Since = Directive.Ours,
                Note = "What goes when a session's queue is full: the message that came, what has waited longest, or the message "
                    + "that came and its publisher is told (PUBACK or PUBREC 0x97).",
            },
        Row.Works("max_packet_size", Global,
                ValueKinds.Integer(20, int.MaxValue, "20 bytes or more", "Error: 'max_packet_size' must be >= 20."), "2000000",
                (builder, value) => builder.Limits = builder.Limits with { PacketBytesMax = Math.Min(value, PacketBytesMax) })
            with { Since = "1.6" },
        Row.Works("message_size_limit", Global, ValueKinds.Integer(0, PacketBytesMax, "payload bytes, 0 for no limit"), "0",
                (builder, value) => builder.Limits = builder.Limits with { PayloadBytesMax = value })
            with { DeprecatedFor = "max_packet_size", Note = "mosquitto recommends `max_packet_size` instead." },
        Row.Works("max_keepalive", Global, ValueKinds.Integer(0, ushort.MaxValue, "0 to 65535 seconds, 0 for any"), "0",
                (builder, value) => builder.Limits = builder.Limits with { KeepAliveSecondsMax = value })
            with { Since = "1.6" },
        Row.Works("global_max_clients", Global, CountOrMinusOne, "-1",
                (builder, value) => builder.Limits = builder.Limits with { SessionsMax = LimitOrNone(value) })
            with { Since = "2.1" },
        Row.Works("global_max_connections", Global, CountOrMinusOne, "-1",
                (builder, value) => builder.Limits = builder.Limits with { ConnectionsMax = LimitOrNone(value) })
            with { Since = "2.1" },
        Row.Works("persistent_client_expiration", Global, ValueKinds.Words("number and unit: s h d w m (30 days) y"), "never",
            SetClientExpiration),
        Row.Works("takeover_delay_max", Global, ValueKinds.Integer(0, 60, "seconds, 0 to 60; 0 for none"), "30",
                (builder, value) => builder.Limits = builder.Limits with { TakeoverDelayMax = TimeSpan.FromSeconds(value) })
            with
            {
                Since = Directive.Ours,
                Note = "Clients that share a client id and throw each other out in turns are named in the log, and slowed down: "
                    + "a CONNECT waits until the last takeover is 1 second ago, then 2, 4, up to so many.",
            },
        Row.Works("queue_qos0_messages", Global, ValueKinds.Flag, "false",
            (builder, value) => builder.Limits = builder.Limits with { QueueQos0Messages = value }),
        Row.Works("upgrade_outgoing_qos", Global, ValueKinds.Flag, "false",
            (builder, value) => builder.Limits = builder.Limits with { UpgradeOutgoingQos = value }),
        Row.Works("allow_duplicate_messages", Global, ValueKinds.Flag, "true",
                (builder, value) => builder.Limits = builder.Limits with { AllowDuplicateMessages = value })
            with { DeprecatedFor = "nothing in its place", Note = "Deprecated in mosquitto." },
        Row.Works("retain_available", Global, ValueKinds.Flag, "true",
                (builder, value) => builder.Limits = builder.Limits with { IsRetainAvailable = value })
            with { Since = "1.6" },
        Row.Works("retain_expiry_interval", Global,
                ValueKinds.Integer(1, int.MaxValue, "1 to 10000000 minutes", "Error: retain_expiry_interval must be >= 1."),
                "lazily", SetRetainExpiry)
            with { Since = "2.0.21" },
        Row.Works("memory_limit", Global, ValueKinds.Text("bytes"), "none", CheckMemoryLimit)
            with { Since = "1.4.15", Status = DirectiveStatus.NotSupported, Note = NoMemoryLimit },
        Row.Idle("packet_buffer_size", Global,
                ValueKinds.Integer(
                    0, ushort.MaxValue, outOfRange: "Error: Packet buffer size must be between 0 and 65535 inclusive."),
                "none", DirectiveStatus.Accepted, "buffers grow and shrink with the traffic")
            with { Aliases = ["websockets_headers_size"], Since = "2.1 (websockets_headers_size: 1.6)" },
        Row.Idle("set_tcp_nodelay", Global, ValueKinds.Flag, "true", DirectiveStatus.Accepted,
                "Nagle's algorithm is always off here", isHarmless: value => value)
            with { Since = "1.5" },
        Row.Gone("retry_interval", Global, "Warning: The 'retry_interval' option is no longer available.",
            "messages are sent again when a client comes back, as mosquitto 2.1 and the specification have it"),
        Row.Idle("websockets_log_level", Global, ValueKinds.Anything, "none", DirectiveStatus.Accepted,
            "it is for another WebSocket library"),
    ];

    /// <summary>mosquitto checks such a limit only when it is above 0; -1 stands for none here.</summary>
    public static int LimitOrNone(int value) => value > 0 ? value : -1;

    private static void SetClientExpiration(
        ConfigurationBuilder builder, List<ConfigurationValue> words, DirectiveContext context)
    {
        string text = words[0].Text;
        long seconds = text[^1] switch
        {
            's' => 1,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 7 * 86_400,
            'm' => 30 * 86_400,
            'y' => 365 * 86_400,
            _ => 0,
        };
        if (seconds == 0 || !uint.TryParse(text[..^1], out uint count) || count == 0)
        {
            context.Error(
                words[0], $"'persistent_client_expiration' takes a number and a unit, such as 12h, 3d or 2w, not '{text}'",
                "Error: Invalid 'persistent_client_expiration' duration in configuration.");
            return;
        }
        if (text[^1] == 'm')
            context.Report.Note(context.PlaceOf(words[0]), $"'{text}' is {count} times 30 days: m is for months");
        if (words.Count > 1)
            context.Warning(words[1], $"'persistent_client_expiration' takes one word: '{words[1].Text}' is ignored");
        double secondsMax = TimeSpan.MaxValue.TotalSeconds / 2;
        builder.Limits = builder.Limits with
        {
            PersistentClientExpiration = TimeSpan.FromSeconds(Math.Min((double)count * seconds, secondsMax)),
        };
    }

    private static void CheckMemoryLimit(ConfigurationBuilder builder, string value, DirectiveContext context)
    {
        if (value.StartsWith('-'))
        {
            context.Error(
                context.Value, "'memory_limit' takes bytes, 0 or more", $"Error: Invalid 'memory_limit' value ({value}).");
        }
        else if (value != "0")
        {
            Row.Report(context, DirectiveStatus.NotSupported, NoMemoryLimit);
        }
    }

    private static void SetRetainExpiry(ConfigurationBuilder builder, int minutes, DirectiveContext context)
    {
        if (minutes > RetainExpiryMinutesMax)
        {
            context.Warning(
                context.Value, $"'retain_expiry_interval' is at most {RetainExpiryMinutesMax} minutes, and is read as that",
                "Warning: retain_expiry_interval being capped at 19 years.");
        }
        builder.Limits = builder.Limits with
        {
            RetainExpirySweep = TimeSpan.FromMinutes(Math.Min(minutes, RetainExpiryMinutesMax)),
        };
    }
}
