using System.Collections.Immutable;
using System.Net;
using Broker.Protocol;

namespace Broker.Configuration;

/// <summary>What a listener speaks. mosquitto.conf: <c>protocol</c>.</summary>
internal enum ListenerProtocol
{
    /// <summary>MQTT straight on the connection.</summary>
    Mqtt,
    /// <summary>MQTT in WebSocket binary frames.</summary>
    WebSockets,
    /// <summary>No MQTT: mosquitto's HTTP API, to read.</summary>
    HttpApi,
}

/// <summary>Which address families a listener without a literal address opens. mosquitto.conf: <c>socket_domain</c>.</summary>
internal enum SocketDomain
{
    /// <summary>Both, one socket each.</summary>
    Any,
    /// <summary>IPv4 only.</summary>
    IPv4,
    /// <summary>IPv6 only.</summary>
    IPv6,
}

/// <summary>What an answer to a client of a listener promises. mosquitto.conf: <c>durability</c>, ours.</summary>
internal enum ListenerDurability
{
    /// <summary>It is committed.</summary>
    Commit,
    /// <summary>It is in memory, and will be committed.</summary>
    Memory,
}

/// <summary>One <c>listener</c> section, with everything that applies to it resolved.</summary>
internal sealed record ListenerOptions
{
    /// <summary>TCP port; 0 with a <see cref="UnixSocketPath"/>. (Tests may use 0 without one for a free port.)</summary>
    public int Port { get; init; } = 1883;

    /// <summary>Address or host name to bind; null: every interface.</summary>
    public string? Address { get; init; }

    /// <summary>Path of a unix socket instead of a port; null: TCP.</summary>
    public string? UnixSocketPath { get; init; }

    /// <summary>How metrics name it: the path of its socket, or address and port as far as they were given.</summary>
    public string Name => (UnixSocketPath, Address) switch
    {
        ({ } path, _) => path,
        (_, null) => $"{Port}",
        (_, { } address) when address.Contains(':', StringComparison.Ordinal) => $"[{address}]:{Port}",
        (_, { } address) => $"{address}:{Port}",
    };

    /// <summary><c>socket_domain</c>. Default both.</summary>
    public SocketDomain SocketDomain { get; init; }

    /// <summary><c>bind_interface</c>. Device name, or null.</summary>
    public string? BindInterface { get; init; }

    /// <summary><c>protocol</c>. Default mqtt.</summary>
    public ListenerProtocol Protocol { get; init; }

    /// <summary><c>max_connections</c>. Default -1 = no limit.</summary>
    public int ConnectionsMax { get; init; } = -1;

    /// <summary><c>max_qos</c>. Default 2.</summary>
    public QualityOfService MaximumQos { get; init; } = QualityOfService.ExactlyOnce;

    /// <summary><c>max_topic_alias</c>. Aliases a client may use towards the broker. Default 10.</summary>
    public ushort TopicAliasMaximum { get; init; } = 10;

    /// <summary><c>max_topic_alias_broker</c>. Aliases the broker uses towards a client that allows them. Default 10.</summary>
    public ushort TopicAliasMaximumBroker { get; init; } = 10;

    /// <summary><c>accept_protocol_versions</c>. Empty: all.</summary>
    public ImmutableArray<ProtocolVersion> AcceptProtocolVersions { get; init; } = [];

    /// <summary><c>mount_point</c>. Prefix put before every topic of these clients; null: none.</summary>
    public string? MountPoint { get; init; }

    /// <summary><c>use_username_as_clientid</c>. Default false.</summary>
    public bool UseUsernameAsClientId { get; init; }

    /// <summary><c>server_reference</c>. What 5.0 clients are told to use instead of this listener; null: nothing.</summary>
    public string? ServerReference { get; init; }

    /// <summary><c>server_moved</c>. Nobody is served here: all are told to go there for good. Default false.</summary>
    public bool IsMoved { get; init; }

    /// <summary>
    /// <c>response_information</c>. Prefix of response topics for 5.0 clients that ask, with %c and %u; null: none.
    /// </summary>
    public string? ResponseInformation { get; init; }

    /// <summary><c>durability</c>. Default commit.</summary>
    public ListenerDurability Durability { get; init; }

    /// <summary><c>websockets_origin</c>, repeated. Empty: any Origin passes.</summary>
    public ImmutableArray<string> WebSocketOrigins { get; init; } = [];

    /// <summary><c>http_dir</c>. Folder of files for those who ask a WebSocket listener for no upgrade; null: none.</summary>
    public string? HttpFolder { get; init; }

    /// <summary><c>enable_proxy_protocol</c>. Null: connections begin with MQTT, TLS or HTTP.</summary>
    public ProxyOptions? Proxy { get; init; }

    /// <summary>
    /// <c>trusted_proxies</c>, ours. Who is believed in what it says about its clients: the PROXY header, and X-Forwarded-For on
    /// a WebSocket listener. Empty: everybody for the header, nobody for X-Forwarded-For.
    /// </summary>
    public ImmutableArray<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Who may connect; the global values or, under <c>per_listener_settings true</c>, the listener's own.</summary>
    public ListenerSecurityOptions Security { get; init; } = new();

    /// <summary>Certificate and rules of TLS; null: none.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>What it is known by: no two listeners of a broker have the same. Stays over a reload.</summary>
    public (int Port, string? Where) Key => (Port, UnixSocketPath ?? Address);

    /// <summary>How a sentence names it: as its line in the file.</summary>
    public string Place => Key.Where is null ? $"'listener {Port}'" : $"'listener {Port} {Key.Where}'";
}
