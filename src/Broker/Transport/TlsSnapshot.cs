using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;

namespace Broker.Transport;

/// <summary>Everything that a handshake needs, read from the files of one listener. Immutable; any thread.</summary>
internal sealed class TlsSnapshot
{
    private const SslProtocols Supported = SslProtocols.Tls12 | SslProtocols.Tls13;

    private readonly SslStreamCertificateContext _certificate;
    private readonly CipherSuitesPolicy? _suites;
    private readonly SslProtocols _protocols;

    private TlsSnapshot(
        SslStreamCertificateContext certificate, TlsClientTrust? clientTrust, CipherSuitesPolicy? suites, SslProtocols protocols)
    {
        _certificate = certificate;
        ClientTrust = clientTrust;
        _suites = suites;
        _protocols = protocols;
    }

    /// <summary>Who may connect; null: clients are not asked for a certificate.</summary>
    public TlsClientTrust? ClientTrust { get; }

    /// <summary>Reads the files. Null when there are errors; all of them are found at once.</summary>
    public static TlsSnapshot? Load(TlsOptions options, TimeProvider time, List<string> errors, List<string> warnings)
    {
        SslProtocols protocols = options.Protocols & Supported;
        if (protocols == SslProtocols.None)
            errors.Add("tls_version leaves neither TLS 1.2 nor TLS 1.3, and older versions are not safe.");
        X509Certificate2Collection chain = TlsCertificateFiles.ReadChain(options.CertFile, errors);
        X509Certificate2? own = chain.Count > 0 ? TlsCertificateFiles.WithKey(chain[0], options, errors) : null;
        if (own is not null && own.NotAfter.ToUniversalTime() < time.GetUtcNow())
            warnings.Add($"The certificate in {options.CertFile} has expired on {own.NotAfter.ToUniversalTime():yyyy-MM-dd}.");
        TlsClientTrust? trust = TlsClientTrust.Load(options, errors, warnings);
        CipherSuitesPolicy? suites = TlsCipherSuites.Policy(options, protocols, own, errors, warnings);
        if (errors.Count > 0 || own is null) return null;

        chain.RemoveAt(0);
        SslStreamCertificateContext context = SslStreamCertificateContext.Create(own, chain, offline: true);
        return new TlsSnapshot(context, options.RequireCertificate ? trust : null, suites, protocols);
    }

    /// <summary>What one handshake is done with.</summary>
    /// <param name="validate">Judges the client's certificate; not asked unless <see cref="ClientTrust"/> is there.</param>
    public SslServerAuthenticationOptions AuthenticationOptions(RemoteCertificateValidationCallback validate)
    {
        SslServerAuthenticationOptions options = new()
        {
            ServerCertificateContext = _certificate,
            EnabledSslProtocols = _protocols,
            CipherSuitesPolicy = _suites,
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (ClientTrust is null) return options;
        options.ClientCertificateRequired = true;
        options.RemoteCertificateValidationCallback = validate;
        // A resumed session would not show the certificate to us again.
        options.AllowTlsResume = false;
        return options;
    }
}
