namespace Broker.Configuration;

/// <summary>What a proxy before a listener has to say about its clients. mosquitto.conf: <c>enable_proxy_protocol</c>.</summary>
/// <param name="Version">Which header each connection begins with: 1 or 2.</param>
internal sealed record ProxyOptions(int Version)
{
    /// <summary><c>proxy_protocol_v2_require_tls</c>. The client must have come to the proxy over TLS. Default false.</summary>
    public bool RequireTls { get; init; }

    /// <summary><c>require_certificate</c> with version 2: the proxy must have verified one. Default false.</summary>
    public bool RequireCertificate { get; init; }

    /// <summary><c>use_identity_as_username</c> with version 2: the CN that the proxy tells is the user name. Default
    /// false.</summary>
    public bool UseIdentityAsUsername { get; init; }
}
