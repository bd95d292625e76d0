using System.Collections.Immutable;
using System.Net;

namespace Broker.Configuration;

/// <summary>One <c>admin_listener</c> section: HTTP for operators and their tools, not for MQTT clients.</summary>
internal sealed record AdminListenerOptions
{
    /// <summary>Where it is bound when no address was given: only this machine can reach it.</summary>
    public const string AddressDefault = "127.0.0.1";

    /// <summary>Port, address and TLS, as for any listener. The rest of it is not used.</summary>
    public required ListenerOptions Listener { get; init; }

    /// <summary><c>admin_token_file</c>. Path, or null: no token is asked for.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Whether only this machine can reach it.</summary>
    public bool IsLocal => Listener.UnixSocketPath is not null || Listener.Address is "localhost"
        || (IPAddress.TryParse(Listener.Address, out IPAddress? address) && IPAddress.IsLoopback(address));
}

/// <summary>Where metrics are pushed to. mosquitto.conf: <c>otlp_endpoint</c> and its companions, ours.</summary>
internal sealed record OtlpOptions
{
    /// <summary><c>otlp_endpoint</c>: where the collector takes metrics.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary><c>otlp_protocol http</c> (protobuf over HTTP, the default) or <c>grpc</c>.</summary>
    public bool IsGrpc { get; init; }

    /// <summary><c>otlp_header</c>, repeated: sent with each push. <c>name=value</c> each.</summary>
    public ImmutableArray<string> Headers { get; init; } = [];

    /// <summary><c>otlp_interval</c>. Default 60 seconds.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(60);
}
