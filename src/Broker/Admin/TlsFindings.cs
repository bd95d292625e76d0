using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;
using Broker.Configuration.Mosquitto;
using Broker.Transport.Tls;

namespace Broker.Admin;

/// <summary>What is wrong with certificates, keys, authorities and revocation lists, or soon will be.</summary>
internal static class TlsFindings
{
    // Whoever renews automatically does it a month before the end.
    private const int DaysMin = 30;

    private static readonly string[] FileDirectives = ["certfile", "keyfile", "cafile", "capath", "crlfile", "sni_certificate"];

    /// <summary>Adds those of one listener.</summary>
    /// <param name="tls">Its files.</param>
    /// <param name="protocol">What it speaks.</param>
    /// <param name="linesOf">The lines that give it an option.</param>
    /// <param name="at">The place for what is about no line in particular.</param>
    /// <param name="report">Takes them.</param>
    public static void Add(
        TlsOptions tls, ListenerProtocol protocol, Func<string, ImmutableArray<SaidDirective>> linesOf, SourcePosition at,
        ConfigurationReport report)
    {
        TlsEndpointResult result = TlsEndpoint.Load(tls);
        foreach (string error in result.Errors) report.Error(PlaceOf(error, linesOf) ?? at, error, rule: "tls");
        foreach (string warning in result.Warnings) report.Warning(PlaceOf(warning, linesOf) ?? at, warning, rule: "tls");
        if (result.Endpoint is null) return;
        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        foreach (TlsServerCertificate certificate in result.Endpoint.Certificates)
            AddCertificate(certificate, protocol, now, PlaceOf(certificate.File, linesOf) ?? at, report);
        if (tls is not { CaFile: { } authorities, RequireCertificate: true }) return;
        foreach (X509Certificate2 authority in TlsCertificateFiles.ReadCertificates("cafile", authorities, []))
        {
            if (authority.NotAfter.ToUniversalTime() >= now) continue;
            report.Warning(
                PlaceOf(authorities, linesOf) ?? at,
                $"the authority '{authority.Subject}' in {authorities} has expired on {Date(authority)}: its clients are refused",
                rule: "authority-expired");
        }
    }

    private static void AddCertificate(
        TlsServerCertificate certificate, ListenerProtocol protocol, DateTime now, SourcePosition at, ConfigurationReport report)
    {
        DateTime end = certificate.Own.NotAfter.ToUniversalTime();
        if (end >= now && end < now.AddDays(DaysMin))
        {
            report.Warning(
                at,
                $"the certificate in {certificate.File} expires on {Date(certificate.Own)}: renew it; new files are taken "
                + "without a restart or a signal",
                rule: "certificate-expires");
        }
        bool hasNames = certificate.Own.Extensions.OfType<X509SubjectAlternativeNameExtension>().Any();
        if (!hasNames && protocol == ListenerProtocol.WebSockets)
        {
            report.Warning(
                at,
                $"the certificate in {certificate.File} has no subjectAltName: browsers do not look at its CN and refuse wss://",
                rule: "browser-certificate");
        }
    }

    private static string Date(X509Certificate2 certificate) => $"{certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}";

    // A sentence names its file: the line that names the same one is its place.
    private static SourcePosition? PlaceOf(string sentence, Func<string, ImmutableArray<SaidDirective>> linesOf)
    {
        (int At, int Length, SourcePosition Place)? best = null;
        foreach (SaidDirective said in FileDirectives.SelectMany(name => linesOf(name)))
        {
            foreach (string path in said.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                int found = sentence.IndexOf(path, StringComparison.Ordinal);
                if (found < 0) continue;
                if (best is null || found < best.Value.At || (found == best.Value.At && path.Length > best.Value.Length))
                    best = (found, path.Length, said.ValueAt);
            }
        }
        return best?.Place;
    }
}
