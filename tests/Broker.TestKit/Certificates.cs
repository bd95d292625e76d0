using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Broker.TestKit;

/// <summary>A certificate authority of a test's own, and the certificates that it signs. Nothing of it is ever trusted
/// elsewhere.</summary>
public sealed class Certificates : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly X509Certificate2 _issuer;

    private Certificates(X509Certificate2 issuer) => _issuer = issuer;

    /// <summary>The authority's own certificate, PEM: what a client or <c>cafile</c> trusts.</summary>
    public string AuthorityPem => _issuer.ExportCertificatePem();

    /// <summary>Makes a root authority.</summary>
    public static Certificates NewAuthority(string name = "Test CA")
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        AddAuthorityExtensions(request);
        return new Certificates(request.CreateSelfSigned(Now.AddYears(-2), Now.AddYears(2)));
    }

    /// <summary>Makes an authority that this one vouches for.</summary>
    public Certificates NewIntermediate(string name = "Test Intermediate")
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        AddAuthorityExtensions(request);
        using X509Certificate2 signed = request.Create(_issuer, Now.AddYears(-1), Now.AddYears(1), Serial());
        return new Certificates(signed.CopyWithPrivateKey(key));
    }

    /// <summary>A certificate for <c>localhost</c> and 127.0.0.1 with an EC key.</summary>
    public X509Certificate2 Server(DateTimeOffset? notAfter = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 signed = Sign(request, ServerUse, notAfter);
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>A certificate for other DNS names than <c>localhost</c>.</summary>
    public X509Certificate2 ServerFor(params string[] names)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        using X509Certificate2 signed = Sign(request, ServerUse, null, names);
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>A revocation list of this authority, PEM.</summary>
    /// <param name="nextUpdate">When the next one is due. Default: in a day.</param>
    /// <param name="revoked">What is on it.</param>
    public string RevocationListPem(DateTimeOffset? nextUpdate = null, params X509Certificate2[] revoked)
    {
        CertificateRevocationListBuilder builder = new();
        foreach (X509Certificate2 certificate in revoked) builder.AddEntry(certificate);
        byte[] list = builder.Build(
            _issuer, 1, nextUpdate ?? Now.AddDays(1), HashAlgorithmName.SHA256, thisUpdate: Now.AddDays(-2));
        return PemEncoding.WriteString("X509 CRL", list);
    }

    /// <summary>The same with an RSA key.</summary>
    public X509Certificate2 ServerWithRsa()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 signed = Sign(request, ServerUse, null);
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>A client's certificate.</summary>
    /// <param name="subject">Its name, as .NET writes them: <c>CN=joe, O=Example</c>.</param>
    /// <param name="notAfter">In the past for one that has expired. Default: in a year.</param>
    /// <param name="isForServers">True: its extended key usage forbids it for clients.</param>
    public X509Certificate2 Client(string subject, DateTimeOffset? notAfter = null, bool isForServers = false)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256);
        using X509Certificate2 signed = Sign(request, isForServers ? ServerUse : ClientUse, notAfter);
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>A certificate's key, PEM, PKCS#8.</summary>
    public static string KeyPem(X509Certificate2 certificate)
    {
        using RSA? rsa = certificate.GetRSAPrivateKey();
        using ECDsa? curve = certificate.GetECDsaPrivateKey();
        return rsa?.ExportPkcs8PrivateKeyPem() ?? curve!.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>A certificate's key in the older form of its kind: PKCS#1 for RSA, SEC 1 for EC.</summary>
    public static string OldKeyPem(X509Certificate2 certificate)
    {
        using RSA? rsa = certificate.GetRSAPrivateKey();
        using ECDsa? curve = certificate.GetECDsaPrivateKey();
        return rsa?.ExportRSAPrivateKeyPem() ?? curve!.ExportECPrivateKeyPem();
    }

    public void Dispose() => _issuer.Dispose();

    private static void AddAuthorityExtensions(CertificateRequest request)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
    }

    private static byte[] Serial() => [1, .. RandomNumberGenerator.GetBytes(8)];

    private X509Certificate2 Sign(
        CertificateRequest request, string use, DateTimeOffset? notAfter, string[]? dnsNames = null)
    {
        SubjectAlternativeNameBuilder names = new();
        foreach (string name in dnsNames ?? ["localhost"]) names.AddDnsName(name);
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        X509SignatureGenerator generator = X509SignatureGenerator.CreateForECDsa(_issuer.GetECDsaPrivateKey()!);
        return request.Create(_issuer.SubjectName, generator, Now.AddMonths(-6), notAfter ?? Now.AddMonths(6), Serial());
    }
}
