using Broker.Configuration;

namespace Broker.Connections;

/// <summary>An origin of which everything is known from the start.</summary>
internal sealed record ConnectionOrigin : IConnectionOrigin
{
    public required ListenerOptions Listener { get; init; }

    public required string RemoteAddress { get; init; }

    public System.Net.IPAddress? Address { get; init; }

    public ConnectionPlace? Place { get; init; }

    public string? CertificateUserName { get; init; }

    public CancellationToken Closed { get; init; }

    /// <summary>What <see cref="IConnectionOrigin.Abort"/> does.</summary>
    public required Action Abort { get; init; }

    void IConnectionOrigin.Abort() => Abort();
}
