using Broker.Configuration;

namespace Broker.Connections;

/// <summary>Where a connection came in and who is at the other end, as far as the transport knows.</summary>
internal interface IConnectionOrigin
{
    /// <summary>The listener that accepted it.</summary>
    ListenerOptions Listener { get; }

    /// <summary>The peer as log lines show it: <c>127.0.0.1:50123</c>, or the path of a unix socket.</summary>
    string RemoteAddress { get; }

    /// <summary>The peer's IP address; null: it has none, or it is not known.</summary>
    System.Net.IPAddress? Address => null;

    /// <summary>The place that it took when it was accepted; null: it takes one when it is served.</summary>
    ConnectionPlace? Place => null;

    /// <summary>User name taken from the client certificate; null: none, or not asked for.</summary>
    string? CertificateUserName { get; }

    /// <summary>What TLS negotiated, such as <c>TLSv1.3 TLS_AES_256_GCM_SHA384</c>; null: none, or it is not said.</summary>
    string? Encryption => null;

    /// <summary>Cancelled when the peer has sent its last byte, which may not have been read, or the connection broke.</summary>
    CancellationToken Closed => default;

    /// <summary>Ends the transport at once, without waiting for what is buffered.</summary>
    void Abort();
}
