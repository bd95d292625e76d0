using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Broker.IntegrationTests.Fixtures;

/// <summary>A certificate authority of the test's own with a server and a client certificate, as PEM files in a folder.</summary>
internal sealed class CertificateFiles
{
    public const string ClientName = "ann";

    private static readonly DateTimeOffset NotBefore = DateTimeOffset.UtcNow.AddDays(-1);
    private static readonly DateTimeOffset NotAfter = DateTimeOffset.UtcNow.AddDays(2);

    /// <summary>Names the files of a folder that were made before.</summary>
    public CertificateFiles(string folder) => Folder = folder;

    public string Folder { get; }

    public string Authority => Path.Combine(Folder, "ca.crt");

    public string AuthorityKey => Path.Combine(Folder, "ca.key");

    public string RevocationList => Path.Combine(Folder, "ca.crl");

    public string Server => Path.Combine(Folder, "server.crt");

    public string ServerKey => Path.Combine(Folder, "server.key");

    public string Client => Path.Combine(Folder, "client.crt");

    public string ClientKey => Path.Combine(Folder, "client.key");

    /// <summary>What a client trusts: this authority alone.</summary>
    public X509ChainPolicy Trust() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(Authority) },
        RevocationMode = X509RevocationMode.NoCheck,
    };

    /// <summary>Writes the authority's revocation list, with the client's certificate on it or with none.</summary>
    public void WriteRevocationList(bool isClientRevoked)
    {
        CertificateRevocationListBuilder list = new();
        using X509Certificate2 client = X509CertificateLoader.LoadCertificateFromFile(Client);
        if (isClientRevoked) list.AddEntry(client);
        using X509Certificate2 authority = X509Certificate2.CreateFromPemFile(Authority, AuthorityKey);
        byte[] der = list.Build(
            authority, 1, NotAfter, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1, thisUpdate: NotBefore);
        File.WriteAllText(RevocationList, PemEncoding.WriteString("X509 CRL", der));
    }

    public static CertificateFiles CreateIn(string folder)
    {
        var files = new CertificateFiles(folder);
        using RSA authorityKey = RSA.Create(2048);
        var authorityRequest = Request("Test authority", authorityKey);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authorityRequest.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        using X509Certificate2 authority = authorityRequest.CreateSelfSigned(NotBefore, NotAfter);
        File.WriteAllText(files.AuthorityKey, authorityKey.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(files.Authority, authority.ExportCertificatePem());

        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        Issue(authority, "localhost", "1.3.6.1.5.5.7.3.1", names.Build(), files.Server, files.ServerKey);
        Issue(authority, ClientName, "1.3.6.1.5.5.7.3.2", null, files.Client, files.ClientKey);
        return files;
    }

    private static void Issue(
        X509Certificate2 authority, string name, string usage, X509Extension? names, string certificateFile, string keyFile)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = Request(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        if (names is not null) request.CertificateExtensions.Add(names);
        using X509Certificate2 certificate = request.Create(authority, NotBefore, NotAfter, RandomNumberGenerator.GetBytes(12));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
    }

    private static CertificateRequest Request(string name, RSA key) =>
        new($"CN={name}, O=Broker tests", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}
