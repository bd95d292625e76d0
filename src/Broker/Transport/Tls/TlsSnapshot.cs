using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;
using Broker.Diagnostics;

namespace Broker.Transport.Tls;

/// <summary>Everything that a handshake needs, read from the files of one listener. Immutable; any thread.</summary>
internal sealed class TlsSnapshot
{
    private const SslProtocols Supported = SslProtocols.Tls12 | SslProtocols.Tls13;

    private readonly ImmutableArray<TlsServerCertificate> _certificates;
    private readonly CipherSuitesPolicy? _suites;
    private readonly SslProtocols _protocols;

    private TlsSnapshot(
        ImmutableArray<TlsServerCertificate> certificates, TlsClientTrust? clientTrust, CipherSuitesPolicy? suites,
        SslProtocols protocols)
    {
        _certificates = certificates;
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
        List<TlsServerCertificate> certificates = [];
        foreach (TlsPair pair in options.Pairs)
        {
            if (SecretMode.Warning("keyfile", pair.KeyFile) is { } warning) warnings.Add(warning);
            if (TlsServerCertificate.Load(pair, time, errors, warnings) is { } certificate) certificates.Add(certificate);
        }
        TlsClientTrust? trust = TlsClientTrust.Load(options, time, errors, warnings);
        X509Certificate2? own = certificates.Count > 0 ? certificates[0].Own : null;
        CipherSuitesPolicy? suites = TlsCipherSuites.Policy(options, protocols, own, errors, warnings);
        return errors.Count > 0
            ? null
            : new TlsSnapshot([.. certificates], options.RequireCertificate ? trust : null, suites, protocols);
    }

    /// <summary>The certificates, the one for clients that ask for no name or for an unknown one first.</summary>
    public IReadOnlyList<TlsServerCertificate> Certificates => _certificates;

    /// <summary>Whether the handshake depends on the name that the client asks for.</summary>
    public bool HasNames => _certificates.Length > 1;

    /// <summary>What one handshake is done with.</summary>
    /// <param name="serverName">The name that the client asks for; empty: none.</param>
    /// <param name="validate">Judges the client's certificate; not asked unless <see cref="ClientTrust"/> is there.</param>
    public SslServerAuthenticationOptions AuthenticationOptions(string serverName, RemoteCertificateValidationCallback validate)
    {
        SslServerAuthenticationOptions options = new()
        {
            ServerCertificateContext = CertificateFor(serverName).Context,
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

    private TlsServerCertificate CertificateFor(string serverName)
    {
        foreach (TlsServerCertificate certificate in _certificates.AsSpan()[1..])
        {
            if (certificate.IsFor(serverName)) return certificate;
        }
        return _certificates[0];
    }
}
