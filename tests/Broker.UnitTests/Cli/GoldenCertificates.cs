using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Broker.TestKit.Processes;

namespace Broker.UnitTests.Cli;

/// <summary>Certificates, authorities and revocation lists for golden files: NAME.crt, NAME.key, NAME.crl.</summary>
internal static class GoldenCertificates
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    /// <summary>Makes what a line of a golden file asks for; does nothing for other lines.</summary>
    public static void Make(TemporaryFolder folder, string[] words)
    {
        if (words is not ["#certificate" or "#authority" or "#revocations", string name, string number, ..]) return;
        DateTimeOffset end = Now.AddDays(int.Parse(number, CultureInfo.InvariantCulture));
        if (words[0] == "#revocations") MakeRevocations(folder, name, end);
        else MakeCertificate(folder, name, end, isAuthority: words[0] == "#authority", hasNames: words is not [.., "cn"]);
    }

    private static void MakeCertificate(TemporaryFolder folder, string name, DateTimeOffset end, bool isAuthority, bool hasNames)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        if (isAuthority)
        {
            request.CertificateExtensions.Add(new X509KeyUsageExtension(
                X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        }
        else if (hasNames)
        {
            SubjectAlternativeNameBuilder names = new();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
        }
        using X509Certificate2 certificate = request.CreateSelfSigned(Now.AddYears(-1), end);
        folder.Write($"{name}.crt", certificate.ExportCertificatePem());
        folder.Write($"{name}.key", key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder.File($"{name}.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static void MakeRevocations(TemporaryFolder folder, string name, DateTimeOffset end)
    {
        using X509Certificate2 authority =
            X509Certificate2.CreateFromPemFile(folder.File($"{name}.crt"), folder.File($"{name}.key"));
        byte[] list = new CertificateRevocationListBuilder().Build(
            authority, 1, end, HashAlgorithmName.SHA256, thisUpdate: Now.AddDays(-30));
        folder.Write($"{name}.crl", PemEncoding.WriteString("X509 CRL", list));
    }
}
