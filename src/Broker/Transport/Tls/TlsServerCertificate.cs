using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;

namespace Broker.Transport.Tls;

/// <summary>A certificate of the server with its key, its intermediates and the names it is for. Immutable.</summary>
internal sealed class TlsServerCertificate
{
    private readonly string[] _names;

    private TlsServerCertificate(X509Certificate2 own, X509Certificate2Collection intermediates, string file)
    {
        Own = own;
        File = file;
        Context = SslStreamCertificateContext.Create(own, intermediates, offline: true);
        _names = NamesOf(own);
    }

    /// <summary>The certificate itself.</summary>
    public X509Certificate2 Own { get; }

    /// <summary>The file it came from.</summary>
    public string File { get; }

    /// <summary>What a handshake is done with.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>Reads the two files; null when there is an error.</summary>
    public static TlsServerCertificate? Load(TlsPair pair, TimeProvider time, List<string> errors, List<string> warnings)
    {
        X509Certificate2Collection chain = TlsCertificateFiles.ReadChain(pair.CertFile, errors);
        X509Certificate2? own = chain.Count > 0 ? TlsCertificateFiles.WithKey(chain[0], pair, errors) : null;
        if (own is null) return null;
        if (own.NotAfter.ToUniversalTime() < time.GetUtcNow())
            warnings.Add($"The certificate in {pair.CertFile} has expired on {own.NotAfter.ToUniversalTime():yyyy-MM-dd}.");
        chain.RemoveAt(0);
        return new TlsServerCertificate(own, chain, pair.CertFile);
    }

    /// <summary>Whether it is for a DNS name: letter for letter without regard to case, <c>*.</c> for one label.</summary>
    public bool IsFor(string serverName)
    {
        int dot = serverName.IndexOf('.', StringComparison.Ordinal);
        foreach (string name in _names)
        {
            if (name.Equals(serverName, StringComparison.OrdinalIgnoreCase)) return true;
            bool isWild = name.StartsWith("*.", StringComparison.Ordinal) && dot > 0;
            if (isWild && serverName.AsSpan(dot).Equals(name.AsSpan(1), StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }

    private static string[] NamesOf(X509Certificate2 certificate)
    {
        string[] names =
        [
            .. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(extension => extension.EnumerateDnsNames()),
        ];
        if (names.Length > 0) return names;
        return TlsSubjectName.CommonName(certificate.SubjectName) is { } name ? [name] : [];
    }
}
