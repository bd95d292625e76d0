using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;

namespace Broker.Transport.Tls;

/// <summary>What was negotiated with one client. HTTP takes from it that the request is https.</summary>
internal sealed class TlsFeature : ITlsConnectionFeature
{
    public TlsFeature(SslStream ssl)
    {
        ClientCertificate = ssl.RemoteCertificate as X509Certificate2;
        Version = TlsEndpoint.VersionName(ssl.SslProtocol);
        Cipher = TlsCipherSuites.NameOf(ssl.NegotiatedCipherSuite);
    }

    /// <summary>The client's certificate, checked; null when it was not asked for one.</summary>
    public X509Certificate2? ClientCertificate { get; set; }

    /// <summary>Such as <c>TLSv1.3</c>.</summary>
    public string Version { get; }

    /// <summary>OpenSSL's name of the suite.</summary>
    public string Cipher { get; }

    /// <inheritdoc/>
    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) =>
        Task.FromResult(ClientCertificate);
}
