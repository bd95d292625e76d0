using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;

namespace Broker.Transport.Tls;

/// <summary>
/// Which client certificates are good: those that lead to an authority of <c>cafile</c> or <c>capath</c>, are in date, are
/// not forbidden for clients and, with a <c>crlfile</c>, are not revoked. The machine's own authorities do not count.
/// Immutable; any thread.
/// </summary>
internal sealed class TlsClientTrust
{
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    private readonly X509Certificate2Collection _roots = [];
    private readonly X509Certificate2Collection _intermediates = [];
    private readonly List<TlsRevocationList>? _revoked;
    private readonly TimeProvider _time;
    private readonly bool _ignoresDates;

    private TlsClientTrust(
        X509Certificate2Collection authorities, List<TlsRevocationList>? revoked, bool ignoresDates, TimeProvider time)
    {
        _revoked = revoked;
        _time = time;
        _ignoresDates = ignoresDates;
        foreach (X509Certificate2 authority in authorities)
        {
            bool isSelfIssued = authority.SubjectName.RawData.AsSpan().SequenceEqual(authority.IssuerName.RawData);
            (isSelfIssued ? _roots : _intermediates).Add(authority);
        }
    }

    /// <summary>Reads the authorities; null when there are none or an error.</summary>
    public static TlsClientTrust? Load(TlsOptions options, TimeProvider time, List<string> errors, List<string> warnings)
    {
        X509Certificate2Collection authorities = [];
        if (options.CaFile is not null)
            authorities.AddRange(TlsCertificateFiles.ReadCertificates("cafile", options.CaFile, errors));
        if (options.CaPath is not null) AddFolder(options.CaPath, authorities, errors);
        // Where clients are not asked for a certificate mosquitto does not look at the file.
        List<TlsRevocationList>? revoked = options is { CrlFile: { } path, RequireCertificate: true }
            ? TlsCertificateFiles.ReadRevocationLists(path, errors)
            : null;
        if (revoked?.Find(list => list.NextUpdate < time.GetUtcNow()) is { } old && !options.DisableClientCertDateChecks)
        {
            warnings.Add($"A revocation list in {options.CrlFile} was due for renewal on {old.NextUpdate:yyyy-MM-dd}: clients "
                + "of its authority are refused until there is a new one.");
        }
        TlsClientTrust trust = new(authorities, revoked, options.DisableClientCertDateChecks, time);
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
        string? flaw = chain.Build(certificate)
            ? _revoked is null ? null : Revocation(certificate, chain)
            : string.Join("; ", Flaws(chain, _time.GetUtcNow()).Distinct());
        return flaw is null ? null : $"the client's certificate '{certificate.Subject}' is not accepted: {flaw}";
    }

    private static IEnumerable<string> Flaws(X509Chain chain, DateTimeOffset now)
    {
        foreach (X509ChainStatus status in chain.ChainStatus)
        {
            if (status.Status != X509ChainStatusFlags.NotTimeValid) yield return status.StatusInformation.Trim().TrimEnd('.');
        }
        for (int i = 0; i < chain.ChainElements.Count; i++)
        {
            X509ChainElement element = chain.ChainElements[i];
            if (!element.ChainElementStatus.Any(static status => status.Status == X509ChainStatusFlags.NotTimeValid)) continue;
            string whose = i == 0 ? "it" : $"its authority '{element.Certificate.Subject}'";
            (DateTime from, DateTime to) = (element.Certificate.NotBefore, element.Certificate.NotAfter);
            yield return from.ToUniversalTime() > now.UtcDateTime
                ? $"{whose} is not valid before {Instant(from)}, and it is {Instant(now.UtcDateTime)} here"
                : $"{whose} has expired on {Instant(to)}";
        }
    }

    private static string Instant(DateTime time) => FormattableString.Invariant($"{time.ToUniversalTime():yyyy-MM-dd HH:mm} UTC");

    // As OpenSSL does for mosquitto: there must be a list of the certificate's own issuer, and it must be in date.
    private string? Revocation(X509Certificate2 certificate, X509Chain chain)
    {
        X509Certificate2 issuer = chain.ChainElements[Math.Min(1, chain.ChainElements.Count - 1)].Certificate;
        TlsRevocationList? newest = _revoked!.Where(list => list.IsOf(issuer)).MaxBy(list => list.ThisUpdate);
        if (newest is null) return $"crlfile has no revocation list of its issuer '{issuer.Subject}'";
        if (newest.Revokes(certificate)) return "it is revoked";
        if (_ignoresDates) return null;
        DateTimeOffset now = _time.GetUtcNow();
        if (newest.ThisUpdate > now) return "the revocation list of its issuer is not valid yet";
        return newest.NextUpdate < now ? "the revocation list of its issuer has expired" : null;
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
