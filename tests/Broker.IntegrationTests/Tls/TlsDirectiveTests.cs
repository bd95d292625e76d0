using System.Security.Cryptography.X509Certificates;
using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Tls;

/// <summary>What directives of a TLS listener do to other people's clients, beside a listener that does not have them.</summary>
public sealed class TlsDirectiveTests : IDisposable
{
    private readonly Certificates _authority = Certificates.NewAuthority();
    private readonly TemporaryFolder _files = new();

    // The second listener of each broker: the same without the directive, or with another value.
    private readonly int _other = FreePorts.Take();

    public TlsDirectiveTests() => _files.OpenToAll();

    private string AuthorityFile => _files.Write("ca.pem", _authority.AuthorityPem);

    public void Dispose()
    {
        _authority.Dispose();
        _files.Dispose();
    }

    [Fact, Directive("ciphers"), Directive("ciphers_tls1.3")]
    public async Task A_client_with_none_of_the_suites_gets_in_only_where_they_are_not_asked_for()
    {
        using X509Certificate2 certificate = _authority.ServerWithRsa();
        await using ConfiguredBroker broker = await StartAsync(
            certificate, "ciphers ECDHE-RSA-AES256-GCM-SHA384\nciphers_tls1.3 TLS_AES_256_GCM_SHA384", "");
        string[] right12 = ["-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"];
        string[] wrong12 = ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"];
        string[] right13 = ["-tls1_3", "-ciphersuites", "TLS_AES_256_GCM_SHA384"];
        string[] wrong13 = ["-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256"];

        Assert.True(await IsAgreedAsync(broker.Port, right12));
        Assert.False(await IsAgreedAsync(broker.Port, wrong12));
        Assert.True(await IsAgreedAsync(_other, wrong12));
        Assert.True(await IsAgreedAsync(broker.Port, right13));
        Assert.False(await IsAgreedAsync(broker.Port, wrong13));
        Assert.True(await IsAgreedAsync(_other, wrong13));
        Assert.True(await IsInAsync(broker.Port, client: null));
    }

    [Fact, Directive("sni_certificate")]
    public async Task A_client_that_asks_for_a_name_gets_the_certificate_of_that_name()
    {
        using X509Certificate2 certificate = _authority.Server();
        using X509Certificate2 named = _authority.ServerFor("one.example");
        (string file, string key) = Write("named", named);
        await using ConfiguredBroker broker = await StartAsync(certificate, $"sni_certificate {file} {key}", "");

        Assert.True(await IsAgreedAsync(broker.Port, Verifying("one.example")));
        Assert.True(await IsAgreedAsync(broker.Port, Verifying("localhost")));
        Assert.False(await IsAgreedAsync(_other, Verifying("one.example")));
        Assert.True(await IsAgreedAsync(_other, Verifying("localhost")));
    }

    [Fact, Directive("capath")]
    public async Task Clients_of_an_authority_in_the_folder_get_in()
    {
        using Certificates stranger = Certificates.NewAuthority("Stranger");
        using X509Certificate2 certificate = _authority.Server();
        using X509Certificate2 client = _authority.Client("CN=ann");
        string ours = Directory.CreateDirectory(_files.File("ours")).FullName;
        string theirs = Directory.CreateDirectory(_files.File("theirs")).FullName;
        _files.Write("ours/a.pem", _authority.AuthorityPem);
        _files.Write("theirs/a.pem", stranger.AuthorityPem);
        await using ConfiguredBroker broker = await StartAsync(
            certificate, $"capath {ours}\nrequire_certificate true", $"capath {theirs}\nrequire_certificate true");

        Assert.True(await IsInAsync(broker.Port, client));
        Assert.False(await IsInAsync(_other, client));
    }

    [Fact, Directive("disable_client_cert_date_checks")]
    public async Task A_client_whose_certificate_has_expired_gets_in_where_dates_are_not_looked_at()
    {
        using X509Certificate2 certificate = _authority.Server();
        using X509Certificate2 expired = _authority.Client("CN=ann", TimeProvider.System.GetUtcNow().AddDays(-1));
        string lines = $"cafile {AuthorityFile}\nrequire_certificate true";
        await using ConfiguredBroker broker = await StartAsync(
            certificate, $"{lines}\ndisable_client_cert_date_checks true", lines);

        Assert.True(await IsInAsync(broker.Port, expired));
        Assert.False(await IsInAsync(_other, expired));
    }

    private Task<ConfiguredBroker> StartAsync(X509Certificate2 certificate, string lines, string otherLines)
    {
        (string file, string key) = Write("server", certificate);
        string pair = $"certfile {file}\nkeyfile {key}";
        return ConfiguredBroker.StartAsync((port, _) => $"""
            allow_anonymous true
            listener {port} 127.0.0.1
            {pair}
            {lines}
            listener {_other} 127.0.0.1
            {pair}
            {otherLines}

            """);
    }

    private (string File, string Key) Write(string name, X509Certificate2 certificate) =>
        (_files.Write($"{name}.crt", certificate.ExportCertificatePem()),
            _files.Write($"{name}.key", Certificates.KeyPem(certificate)));

    private string[] Verifying(string name) =>
        ["-servername", name, "-verify_hostname", name, "-CAfile", AuthorityFile, "-verify_return_error"];

    /// <summary>Whether OpenSSL's client ends the handshake to its liking.</summary>
    private static async Task<bool> IsAgreedAsync(int port, string[] arguments)
    {
        ProcessRun run = await ProcessRun.OfAsync("openssl", ["s_client", "-connect", $"127.0.0.1:{port}", .. arguments]);
        // Nothing but a handshake that failed: neither an option that OpenSSL does not know nor a port where nobody is.
        Assert.Contains("CONNECTED(", run.ToString(), StringComparison.Ordinal);
        return run.ExitCode == 0;
    }

    /// <summary>Whether a client with a certificate, or with none, has a message acknowledged.</summary>
    private async Task<bool> IsInAsync(int port, X509Certificate2? client)
    {
        Endpoint endpoint = new(port)
        {
            Host = "localhost",
            CaFile = AuthorityFile,
            ClientCertificate = client is null ? null : Write("client", client),
        };
        return (await MosquittoPub.RunAsync(endpoint, "-t", "a", "-m", "x", "-q", "1")).ExitCode == 0;
    }
}
