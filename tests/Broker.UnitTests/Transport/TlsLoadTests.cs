using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;
using Broker.TestKit;
using Broker.Transport.Tls;

namespace Broker.UnitTests.Transport;

public sealed class TlsLoadTests : IDisposable
{
    private readonly TlsFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Good_files_load_without_a_word()
    {
        TlsEndpointResult result = TlsEndpoint.Load(_files.Options());

        Assert.NotNull(result.Endpoint);
        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_encrypted_key_is_refused_with_the_command_that_mends_it(bool isOldForm)
    {
        using RSA rsa = RSA.Create(2048);
        PbeParameters encryption = new(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 10);
        string key = isOldForm
            ? "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"
            : rsa.ExportEncryptedPkcs8PrivateKeyPem("secret", encryption);

        string error = ErrorOf(_files.Options(keyPem: key));

        Assert.Contains("server.key is encrypted", error, StringComparison.Ordinal);
        Assert.Contains("openssl pkey -in", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_key_of_another_certificate_is_refused(bool isOtherKind)
    {
        using X509Certificate2 other = isOtherKind ? _files.Authority.ServerWithRsa() : _files.Authority.Server();

        string error = ErrorOf(_files.Options(keyPem: Certificates.KeyPem(other)));

        Assert.Contains("server.key does not belong to the certificate in certfile", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_missing_or_empty_are_named_all_at_once()
    {
        TlsOptions options = new()
        {
            CertFile = _files.Folder.Write("empty.crt", ""),
            KeyFile = _files.Folder.File("none.key"),
            CaFile = _files.Folder.File("none.crt"),
            CaPath = _files.Folder.File("nowhere"),
        };

        Assert.Equal(
            [
                $"certfile {options.CertFile} has no certificate in PEM form.",
                $"Unable to open cafile {options.CaFile}: it does not exist.",
                $"Unable to open capath {options.CaPath}: there is no such folder.",
            ],
            TlsEndpoint.Load(options).Errors.AsEnumerable());
        Assert.Contains(
            $"Unable to open keyfile {options.KeyFile}: it does not exist.",
            TlsEndpoint.Load(_files.Options() with { KeyFile = options.KeyFile }).Errors);
    }

    [Fact]
    public void A_binary_file_gets_the_command_that_turns_it_into_text()
    {
        using X509Certificate2 certificate = _files.Authority.Server();
        TlsOptions options = _files.Options();
        File.WriteAllBytes(options.CertFile, certificate.RawData);
        File.WriteAllBytes(options.KeyFile, certificate.GetECDsaPrivateKey()!.ExportECPrivateKey());

        Assert.Contains("openssl x509 -inform der", ErrorOf(options), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_in_place_of_the_key_is_said()
    {
        TlsOptions options = _files.Options();

        Assert.Equal(
            $"keyfile {options.CertFile} has no private key in PEM form.", ErrorOf(options with { KeyFile = options.CertFile }));
    }

    [Theory]
    [InlineData("BOGUS", null, "ciphers: OpenSSL finds no cipher that fits 'BOGUS'.")]
    [InlineData("ECDHE-RSA-AES128-GCM-SHA256", null, "ciphers: no cipher of 'ECDHE-RSA-AES128-GCM-SHA256' works with the EC key")]
    [InlineData(null, "TLS_BOGUS", "ciphers_tls1.3: 'TLS_BOGUS' is not a suite of TLS 1.3")]
    [InlineData(null, "TLS_RSA_WITH_AES_128_CBC_SHA", "ciphers_tls1.3: 'TLS_RSA_WITH_AES_128_CBC_SHA' is not a suite of TLS 1.3")]
    [InlineData(null, "4865", "ciphers_tls1.3: '4865' is not a suite")]
    [InlineData(null, ":", "ciphers_tls1.3 names no suite.")]
    public void Ciphers_that_cannot_work_are_refused(string? ciphers, string? ciphersTls13, string error) =>
        Assert.StartsWith(
            error, ErrorOf(_files.Options() with { Ciphers = ciphers, CiphersTls13 = ciphersTls13 }), StringComparison.Ordinal);

    [Theory]
    [InlineData("HIGH:!aNULL:!SSLv2:@STRENGTH")]
    [InlineData("ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL")]
    [InlineData("DEFAULT:!aNULL:!eNULL:!LOW:!EXPORT:!SSLv2:@STRENGTH")]
    public void The_words_of_OpenSSL_are_understood(string ciphers)
    {
        TlsEndpointResult result = TlsEndpoint.Load(_files.Options() with { Ciphers = ciphers });

        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public void An_unknown_word_among_good_ones_is_a_warning_as_mosquitto_starts_with_it()
    {
        TlsEndpointResult result = TlsEndpoint.Load(_files.Options() with { Ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:RC5-X" });

        Assert.NotNull(result.Endpoint);
        string warning = Assert.Single(result.Warnings);
        Assert.Equal("ciphers: OpenSSL does not know 'RC5-X' and passes over it, as it does in mosquitto.", warning);
    }

    [Fact]
    public void An_expired_certificate_is_a_warning()
    {
        TlsOptions options = _files.Options(_files.Authority.Server(TimeProvider.System.GetUtcNow().AddDays(-2)));

        Assert.Contains("has expired on 2", Assert.Single(TlsEndpoint.Load(options).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_expires_while_the_broker_runs_is_said_once()
    {
        SteppedTime time = new(TimeProvider.System.GetUtcNow());
        TlsOptions options = _files.Options(_files.Authority.Server(time.GetUtcNow().AddHours(1)));
        TestLog log = new();
        TlsFileWatch watch = new([TlsEndpoint.Load(options, time).Endpoint!], time, log);

        watch.Look();
        Assert.Empty(log.Lines.All);
        time.Advance(TimeSpan.FromHours(2));
        watch.Look();
        watch.Look();

        Assert.StartsWith($"The certificate in {options.CertFile} has expired on 2", Assert.Single(log.Lines.All));
    }

    [Fact]
    public void Required_certificates_without_an_authority_are_a_warning()
    {
        TlsOptions options = _files.Options() with { RequireCertificate = true, CaFile = null };

        Assert.Contains("no client can connect", Assert.Single(TlsEndpoint.Load(options).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Old_versions_alone_are_refused()
    {
        TlsOptions options = _files.Options() with { Protocols = SslProtocols.None };

        Assert.StartsWith("tls_version leaves neither", ErrorOf(options), StringComparison.Ordinal);
    }

    private static string ErrorOf(TlsOptions options)
    {
        TlsEndpointResult result = TlsEndpoint.Load(options);
        Assert.Null(result.Endpoint);
        return result.Errors[0];
    }
}
