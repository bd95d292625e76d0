using System.Collections.Immutable;

namespace Broker.Configuration;

/// <summary>A certificate and its key.</summary>
/// <param name="CertFile">PEM: the certificate, then intermediates.</param>
/// <param name="KeyFile">PEM private key, RSA or EC, not encrypted.</param>
internal readonly record struct TlsPair(string CertFile, string KeyFile);

/// <summary>TLS of a listener, as the file says it. Files are opened by Transport.</summary>
internal sealed record TlsOptions
{
    /// <summary><c>certfile</c>. PEM: the server's certificate, then intermediates.</summary>
    public required string CertFile { get; init; }

    /// <summary><c>keyfile</c>. PEM private key, RSA or EC, not encrypted.</summary>
    public required string KeyFile { get; init; }

    /// <summary><c>cafile</c>. PEM bundle of the CAs of client certificates; null: none.</summary>
    public string? CaFile { get; init; }

    /// <summary><c>capath</c>. Folder of PEM certificates; null: none.</summary>
    public string? CaPath { get; init; }

    /// <summary><c>crlfile</c>. PEM revocation lists for client certificates; null: none is looked at.</summary>
    public string? CrlFile { get; init; }

    /// <summary>
    /// <c>sni_certificate</c>, ours, repeated. For clients that ask for one of the names in such a certificate; all others get
    /// <see cref="CertFile"/>.
    /// </summary>
    public ImmutableArray<TlsPair> SniCertificates { get; init; } = [];

    /// <summary>Every certificate, the one for all others first.</summary>
    public IEnumerable<TlsPair> Pairs => SniCertificates.Prepend(new TlsPair(CertFile, KeyFile));

    /// <summary><c>require_certificate</c>. Default false: the client is not asked for one.</summary>
    public bool RequireCertificate { get; init; }

    /// <summary><c>use_identity_as_username</c>. The certificate's CN is the user name. Default false.</summary>
    public bool UseIdentityAsUsername { get; init; }

    /// <summary><c>use_subject_as_username</c>. The whole subject (RFC 2253) is the user name. Default false.</summary>
    public bool UseSubjectAsUsername { get; init; }

    /// <summary><c>disable_client_cert_date_checks</c>. Default false.</summary>
    public bool DisableClientCertDateChecks { get; init; }

    /// <summary><c>tls_version</c>, one or several. Which versions are offered. Default 1.2 and 1.3.</summary>
    public System.Security.Authentication.SslProtocols Protocols { get; init; } =
        System.Security.Authentication.SslProtocols.Tls12 | System.Security.Authentication.SslProtocols.Tls13;

    /// <summary><c>ciphers</c>. OpenSSL cipher list for TLS 1.2; null: the platform's default.</summary>
    public string? Ciphers { get; init; }

    /// <summary><c>ciphers_tls1.3</c>. TLS 1.3 suites, separated by colons; null: the platform's default.</summary>
    public string? CiphersTls13 { get; init; }
}
