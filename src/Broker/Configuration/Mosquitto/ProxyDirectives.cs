using System.Collections.Immutable;
using System.Net;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: proxies before a listener, and files beside MQTT over WebSocket.</summary>
internal static class ProxyDirectives
{
    public static readonly ImmutableArray<Directive> Rows =
    [
        Row.Works("enable_proxy_protocol", ListenerRequired,
                ValueKinds.Integer(1, 2, "1 or 2", "Error: enable_proxy_protocol must be 1 or 2."), "off",
                (listener, value) => listener.ProxyVersion = value)
            with
            {
                Since = "2.1",
                Note = "A LOCAL header (health checks of the proxy) keeps the proxy's own address; mosquitto closes upon it. A "
                    + "header has 10 seconds and at most 2048 bytes. See `trusted_proxies`.",
            },
        Row.Works("proxy_protocol_v2_require_tls", ListenerRequired, ValueKinds.Flag, "false",
                (listener, value) => listener.ProxyRequiresTls = value)
            with { Since = "2.1" },
        Row.Works("trusted_proxies", ListenerRequired, ValueKinds.Words("addresses, ADDRESS/BITS (comma or blank between)", ','),
                "every peer for the PROXY header, none for X-Forwarded-For", AddTrusted)
            with
            {
                Since = Directive.Ours,
                Accumulates = true,
                Note = "With `enable_proxy_protocol` others are refused. With `protocol websockets` the client's address is the "
                    + "last one in X-Forwarded-For that is not such a proxy.",
            },
        Row.Works("http_dir", ListenerRequired, ValueKinds.Text("folder"), "none", SetFolder)
            with
            {
                Note = "On `protocol http_api`, as mosquitto 2.1, and `websockets`, as mosquitto with libwebsockets. Links that "
                    + "lead out of the folder and names that begin with a dot are not served.",
            },
    ];

    private static void AddTrusted(ListenerBuilder listener, List<ConfigurationValue> words, DirectiveContext context)
    {
        foreach (ConfigurationValue word in words)
        {
            if (TryReadNetwork(word.Text, out IPNetwork network))
            {
                listener.Options = listener.Options with { TrustedProxies = listener.Options.TrustedProxies.Add(network) };
                continue;
            }
            context.Error(
                word,
                $"'trusted_proxies' takes addresses and networks such as 10.0.0.0/8, not '{word.Text}'");
        }
    }

    private static bool TryReadNetwork(string text, out IPNetwork network)
    {
        if (text.Contains('/', StringComparison.Ordinal)) return IPNetwork.TryParse(text, out network);
        network = default;
        if (!IPAddress.TryParse(text, out IPAddress? address)) return false;
        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }

    private static void SetFolder(ListenerBuilder listener, string folder, DirectiveContext context)
    {
        if (!Directory.Exists(folder)) context.Error(context.Value, $"'http_dir' takes a folder; there is none at {folder}");
        else listener.Options = listener.Options with { HttpFolder = Path.GetFullPath(folder) };
    }
}
