using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;

namespace Broker.Transport;

/// <summary>
/// Which client certificates are good: those that lead to an authority of <c>cafile</c> or <c>capath</c>, are in date and are not
/// forbidden for clients. The machine's own authorities do not count. Immutable; any thread.
/// </summary>
internal sealed class TlsClientTrust
{
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    private readonly X509Certificate2Collection _roots = [];
    private readonly X509Certificate2Collection _intermediates = [];
    private readonly bool _ignoresDates;

    private TlsClientTrust(X509Certificate2Collection authorities, bool ignoresDates)
    {
        _ignoresDates = ignoresDates;
        foreach (X509Certificate2 authority in authorities)
        {
            bool isSelfIssued = authority.SubjectName.RawData.AsSpan().SequenceEqual(authority.IssuerName.RawData);
            (isSelfIssued ? _roots : _intermediates).Add(authority);
        }
    }

    /// <summary>Reads the authorities; null when there are none or an error.</summary>
    public static TlsClientTrust? Load(TlsOptions options, List<string> errors, List<string> warnings)
    {
        X509Certificate2Collection authorities = [];
        if (options.CaFile is not null)
            authorities.AddRange(TlsCertificateFiles.ReadCertificates("cafile", options.CaFile, errors));
        if (options.CaPath is not null) AddFolder(options.CaPath, authorities, errors);
        TlsClientTrust trust = new(authorities, options.DisableClientCertDateChecks);
        if (options.RequireCertificate && trust._roots.Count == 0 && errors.Count == 0)
        {
            warnings.Add("require_certificate is true, but neither cafile nor capath has the self-signed certificate of an "
                + "authority: no client can connect here.");
        }
        return trust;
    }

    /// <summary>Why a certificate is refused, as a clause for the log; null when it is good.</summary>
    /// <param name="certificate">What the client proved to own.</param>
    /// <param name="presented">The chain that came with it; only a help for finding the way to an authority.</param>
    public string? Refusal(X509Certificate2 certificate, X509Chain? presented)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_roots);
        chain.ChainPolicy.ExtraStore.AddRange(_intermediates);
        if (presented is not null) chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(ClientAuthentication);
        if (_ignoresDates) chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        if (chain.Build(certificate)) return null;
        IEnumerable<string> flaws = chain.ChainStatus.Select(status => status.StatusInformation.Trim().TrimEnd('.')).Distinct();
        return $"the client's certificate '{certificate.Subject}' is not accepted: {string.Join("; ", flaws)}";
    }

    private static void AddFolder(string path, X509Certificate2Collection authorities, List<string> errors)
    {
        if (!Directory.Exists(path))
        {
            errors.Add($"Unable to open capath {path}: there is no such folder.");
            return;
        }
        foreach (string file in Directory.EnumerateFiles(path).Order(StringComparer.Ordinal))
        {
            // The folder may hold revocation lists, keys or notes beside the certificates.
            bool hasCertificate = File.ReadLines(file).Any(line => line.StartsWith("-----BEGIN CERT", StringComparison.Ordinal));
            if (hasCertificate) authorities.AddRange(TlsCertificateFiles.ReadCertificates("capath", file, errors));
        }
    }
}
