using System.Collections.Immutable;
using System.Text;
using Broker.Protocol;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: what is listened on and what is spoken there.</summary>
internal static class ListenerDirectives
{
    // sun_path of a unix socket address holds 108 bytes, the last of them zero.
    private const int UnixSocketPathBytesMax = 107;

    public static readonly ImmutableArray<Directive> Rows =
    [
        Row.Works("listener", Global, ValueKinds.Words("PORT [ADDRESS or unix socket path]", valueName: "listener port"),
                "local only", OpenListener)
            with { Accumulates = true, Note = "Port 0 needs a unix socket path." },
        Row.Works("port", DefaultListener, ValueKinds.Integer(1, ushort.MaxValue), "1883", SetPort)
            with { DeprecatedFor = "listener PORT", Note = "Deprecated in mosquitto: use `listener`." },
        Row.Works("bind_address", DefaultListener, ValueKinds.Text("address or host name", "default listener bind_address"),
                "every interface",
                (listener, value, _) => listener.Options = listener.Options with { Address = value })
            with
            {
                IsDuplicateAnError = true,
                DeprecatedFor = "listener PORT ADDRESS",
                Note = "Deprecated in mosquitto: use `listener PORT ADDRESS`.",
            },
        Row.Works("socket_domain", Listener, ValueKinds.Choice(
                "Error: Invalid '{0}' value '{1}' in configuration.", ("ipv4", SocketDomain.IPv4), ("ipv6", SocketDomain.IPv6)),
                "both",
                (listener, value) => listener.Options = listener.Options with { SocketDomain = value })
            with { Since = "1.5.5" },
        Row.Works("bind_interface", Listener, ValueKinds.Text("device name"), "none",
                (listener, value) => listener.Options = listener.Options with { BindInterface = value })
            with { Since = "1.6", IsDuplicateAnError = true },
        Row.Works("protocol", Listener,
                ValueKinds.Choice(
                    ("mqtt", ListenerProtocol.Mqtt), ("websockets", ListenerProtocol.WebSockets),
                    ("http_api", ListenerProtocol.HttpApi)),
                "mqtt", (listener, value) => listener.Options = listener.Options with { Protocol = value })
            with
            {
                Note = "`http_api` answers `/api/v1/version`, `/api/v1/systree` and `/api/v1/listeners`, and the files of "
                    + "`http_dir`, as mosquitto 2.1 does; users and access list as for MQTT.",
            },
        Row.Works("max_connections", Listener, ValueKinds.Integer(description: "count, 0 or less for no limit"), "-1",
            (listener, value) =>
                listener.Options = listener.Options with { ConnectionsMax = LimitDirectives.LimitOrNone(value) }),
        Row.Works("max_qos", Listener,
                ValueKinds.Integer(0, 2, outOfRange: "Error: 'max_qos' must be between 0 and 2 inclusive."), "2",
                (listener, value) => listener.Options = listener.Options with { MaximumQos = (QualityOfService)value })
            with { Aliases = ["maximum_qos"], Since = "2.0 (maximum_qos: 1.6)" },
        Row.Works("max_topic_alias", ListenerRequired, TopicAliases("max_topic_alias"), "10",
                (listener, value) => listener.Options = listener.Options with { TopicAliasMaximum = (ushort)value })
            with { Since = "1.6" },
        Row.Works("max_topic_alias_broker", ListenerRequired, TopicAliases("max_topic_alias_broker"), "10",
                (listener, value) => listener.Options = listener.Options with { TopicAliasMaximumBroker = (ushort)value })
            with { Since = "2.1" },
        Row.Works("accept_protocol_versions", NamedListener, ValueKinds.Words("3, 4, 5 (comma or blank between)", ','),
                "3, 4, 5", SetVersions)
            with { Since = "2.1", Note = "mosquitto ignores other words; here they are an error." },
        Row.Works("mount_point", ListenerRequired, ValueKinds.Text("topic prefix without wildcards"), "none", SetMountPoint)
            with { Note = "Works with shared subscriptions: the prefix goes behind the group." },
        Row.Works("use_username_as_clientid", Listener, ValueKinds.Flag, "false",
            (listener, value) => listener.Options = listener.Options with { UseUsernameAsClientId = value }),
        Row.Works("websockets_origin", ListenerRequired, ValueKinds.Text("exact Origin header"), "any",
                (listener, value) => listener.Options =
                    listener.Options with { WebSocketOrigins = listener.Options.WebSocketOrigins.Add(value) })
            with { Since = "2.1", Accumulates = true },
    ];

    private static ValueKind<int> TopicAliases(string name) => ValueKinds.Integer(
        0, ushort.MaxValue, outOfRange: $"Error: Invalid '{name}' value in configuration.");

    private static void OpenListener(ConfigurationBuilder builder, List<ConfigurationValue> words, DirectiveContext context)
    {
        builder.IsLocalOnly = false;
        var listener = new ListenerBuilder(context.At, context.Name);
        context.File.CurrentListener = listener;
        builder.Listeners.Add(listener);

        const string Range = "a port in 0 to 65535";
        if (!ValueKinds.TryReadInteger(context, words[0], Range, "listener port", out int port)) return;
        if (port is < 0 or > ushort.MaxValue)
        {
            context.Error(words[0], $"'listener' takes {Range}, not {port}", $"Error: Invalid 'port' value ({port}).");
            return;
        }
        if (words.Count > 2)
        {
            context.Warning(
                words[2], $"'listener' takes a port and an address: '{words[2].Text}' is ignored, as it is in mosquitto");
        }
        if (port > 0) listener.Options = listener.Options with { Port = port, Address = words.Count > 1 ? words[1].Text : null };
        else if (words.Count > 1) SetUnixSocket(listener, words[1], context);
        else
        {
            context.Error(
                words[0], "port 0 stands for a unix socket: 'listener 0 /path/to/socket'",
                "Error: A listener with port 0 must provide a Unix socket path.");
        }
    }

    private static void SetUnixSocket(ListenerBuilder listener, ConfigurationValue path, DirectiveContext context)
    {
        if (Encoding.UTF8.GetByteCount(path.Text) > UnixSocketPathBytesMax)
        {
            context.Error(
                path, $"the path of a unix socket has at most {UnixSocketPathBytesMax} bytes",
                $"Error: Path to unix socket is too long \"{path.Text}\".");
            return;
        }
        listener.Options = listener.Options with { Port = 0, UnixSocketPath = path.Text };
    }

    private static void SetPort(ListenerBuilder listener, int port) => listener.Options = listener.Options with { Port = port };

    private static void SetVersions(ListenerBuilder listener, List<ConfigurationValue> words, DirectiveContext context)
    {
        var versions = new SortedSet<ProtocolVersion>();
        foreach (ConfigurationValue word in words)
        {
            if (word.Text is "3" or "4" or "5") versions.Add((ProtocolVersion)(word.Text[0] - '0'));
            else context.Error(word, $"'accept_protocol_versions' takes 3 (MQTT 3.1), 4 (3.1.1) and 5, not '{word.Text}'");
        }
        listener.Options = listener.Options with { AcceptProtocolVersions = [.. versions] };
    }

    private static void SetMountPoint(ListenerBuilder listener, string prefix, DirectiveContext context)
    {
        if (prefix.AsSpan().IndexOfAny('+', '#') >= 0)
        {
            context.Error(
                context.Value, "a mount point is a plain topic prefix, without + and #",
                $"Error: Invalid 'mount_point' value ({prefix}). Does it contain a wildcard character?");
            return;
        }
        listener.Options = listener.Options with { MountPoint = prefix };
    }
}
