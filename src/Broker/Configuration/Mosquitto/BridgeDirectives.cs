using System.Collections.Immutable;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: bridges to other brokers. They are read and checked, and do not run yet.</summary>
internal static class BridgeDirectives
{
    private const string NoBridges = "bridges do not run yet";

    private static readonly ValueKind<int> StartType = ValueKinds.Choice(
        "Error: Invalid '{0}' value in configuration ({1}).", ("automatic", 0), ("lazy", 1), ("once", 2));

    public static readonly ImmutableArray<Directive> Rows =
    [
        Row.Works("connection", Global, ValueKinds.Words("name"), "none", OpenBridge)
            with { Accumulates = true, Status = DirectiveStatus.NotSupported, Note = NoBridges },
        Option("address", ValueKinds.Words("HOST[:PORT] ..."), "none, required")
            with
            {
                Aliases = ["addresses"],
                IsDuplicateAnError = true,
                DuplicateSentence = "Error: Invalid bridge configuration, 'address' only allowed once.",
            },
        Option("topic", ValueKinds.Words("PATTERN [out, in, both [QOS [LOCAL [REMOTE]]]]"), "none, required")
            with { Accumulates = true, WordsBeforeComment = 1 },
        Option("bridge_attempt_unsubscribe", ValueKinds.Flag, "true"),
        Option("bridge_bind_address", ValueKinds.Text("address"), "none") with { Since = "2.0", IsDuplicateAnError = true },
        Option("bridge_max_packet_size", ValueKinds.Integer(description: "bytes, 0 for no limit"), "0") with { Since = "2.0" },
        Option("bridge_max_topic_alias",
            ValueKinds.Integer(0, ushort.MaxValue, outOfRange: "Error: bridge_max_topic_alias must be > 0 and <= 65535."), "10")
            with { Since = "2.1" },
        Option("bridge_outgoing_retain", ValueKinds.Flag, "true") with { Since = "2.0" },
        Option("bridge_protocol_version", ValueKinds.Choice(("mqttv31", 3), ("mqttv311", 4), ("mqttv50", 5)), "mqttv311"),
        Option("bridge_receive_maximum", ValueKinds.Integer(1, ushort.MaxValue), "65535") with { Since = "2.1" },
        Option("bridge_reload_type", ValueKinds.Choice(
            "Error: Invalid '{0}' value in configuration ({1}).", ("lazy", 0), ("immediate", 1)), "lazy") with { Since = "2.1" },
        Option("bridge_session_expiry_interval", ValueKinds.Integer(
            0, int.MaxValue, "seconds", "Error: bridge_session_expiry_interval must not be negative."), "0")
            with { Since = "2.1" },
        Option("bridge_tcp_keepalive", ValueKinds.Words("IDLE INTERVAL COUNT"), "the system's") with { Since = "2.1" },
        Option("bridge_tcp_user_timeout", ValueKinds.Integer(
            0, int.MaxValue, "milliseconds", "Error: invalid TCP user timeout value."), "the system's")
            with { Since = "2.1" },
        Option("cleansession", ValueKinds.Flag, "false"),
        Option("local_cleansession", ValueKinds.Flag, "cleansession") with { Since = "2.0" },
        Option("keepalive_interval", ValueKinds.Integer(
            int.MinValue, ushort.MaxValue, "5 to 65535 seconds", "Error: Bridge keepalive value too high."), "60"),
        Option("idle_timeout", ValueKinds.Integer(description: "seconds, 1 or more"), "60"),
        Option("start_type", StartType, "automatic"),
        Option("threshold", ValueKinds.Integer(description: "messages, 1 or more"), "10"),
        Option("restart_timeout", ValueKinds.Words("CONSTANT, or BASE CAP [STABLE], seconds"), "5 30"),
        Option("round_robin", ValueKinds.Flag, "false"),
        Option("try_private", ValueKinds.Flag, "true"),
        Option("notifications", ValueKinds.Flag, "true"),
        Option("notifications_local_only", ValueKinds.Flag, "false") with { Since = "1.5" },
        Option("notification_topic", ValueKinds.Text("topic"), "$SYS/broker/connection/ID/state")
            with { IsDuplicateAnError = true },
        Option("remote_clientid", ValueKinds.Text("client id", "bridge remote clientid"), "HOST.NAME")
            with { Aliases = ["clientid"], IsDuplicateAnError = true },
        Option("remote_username", ValueKinds.Text("name", "bridge remote_username"), "none")
            with { Aliases = ["username"], IsDuplicateAnError = true },
        Option("remote_password", ValueKinds.Text("password", "bridge remote_password"), "none")
            with { Aliases = ["password"], IsDuplicateAnError = true },
        Option("local_clientid", ValueKinds.Text("client id"), "local.REMOTE_CLIENTID") with { IsDuplicateAnError = true },
        Option("local_username", ValueKinds.Text("name", "bridge local_username"), "none") with { IsDuplicateAnError = true },
        Option("local_password", ValueKinds.Text("password", "bridge local_password"), "none") with { IsDuplicateAnError = true },
    ];

    /// <summary>An option of a bridge: read, checked, named at start.</summary>
    public static Directive Option<T>(string name, ValueKind<T> kind, string byDefault) =>
        Row.Works(name, Bridge, kind, byDefault, (bridge, _, context) =>
        {
            context.Report.Warning(
                context.At,
                $"'{context.Name}' has no effect: the bridge '{bridge.Name}' ({bridge.OpenedAt}) is not supported yet");
        }) with { Status = DirectiveStatus.NotSupported, Note = NoBridges };

    private static void OpenBridge(ConfigurationBuilder builder, List<ConfigurationValue> words, DirectiveContext context)
    {
        string name = words[0].Text;
        var bridge = new BridgeSection(name, context.At);
        context.File.CurrentBridge = bridge;
        if (builder.Bridges.TryAdd(name, bridge))
        {
            Row.Report(context, DirectiveStatus.NotSupported, $"the bridge '{name}' does not run");
            return;
        }
        context.Error(
            words[0], $"there is a bridge '{name}' already, at {builder.Bridges[name].OpenedAt}",
            $"Error: Duplicate bridge name '{name}'.");
    }
}
