using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.UnitTests.Transport;

public sealed class TlsEndpointTests : IDisposable
{
    private readonly TlsFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(SslProtocols.Tls12, "TLSv1.2 cipher ECDHE-")]
    [InlineData(SslProtocols.Tls13, "TLSv1.3 cipher TLS_")]
    public async Task Both_versions_are_spoken_and_the_log_says_which(SslProtocols protocol, string logged)
    {
        await using TlsServer server = await _files.StartAsync(_files.Options());

        TlsServer.TlsAnswer answer = await server.AskAsync(protocols: protocol);

        Assert.Equal(("hello", protocol), (answer.Text, answer.Protocol));
        Assert.Matches(
            $@"^Connection from 127\.0\.0\.1:\d+ negotiated {logged.Replace(".", @"\.", StringComparison.Ordinal)}",
            await server.Log.WaitForAsync("negotiated"));
    }

    [Fact]
    public async Task Much_data_passes_in_both_directions()
    {
        await using TlsServer server = await _files.StartAsync(_files.Options());
        string text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},"));

        // Again and again: buffers that one connection gave back are used by the next.
        for (int i = 0; i < 20; i++) Assert.Equal(text, (await server.AskAsync(text: text)).Text);
    }

    [Fact]
    public async Task An_older_version_is_refused_with_one_line()
    {
        await using TlsServer server = await _files.StartAsync(_files.Options());

        ProcessRun client = await OpenSslClient(server, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0");

        Assert.NotEqual(0, client.ExitCode);
        await server.Log.WaitForAsync("failed: ");
        Assert.Matches(@"^Client connection from 127\.0\.0\.1:\d+ failed: [^\n]+\.$", Assert.Single(server.Log.All));
    }

    [Fact]
    public async Task OpenSSL_verifies_the_whole_chain_and_is_told_goodbye()
    {
        using Certificates intermediate = _files.Authority.NewIntermediate();
        using X509Certificate2 certificate = intermediate.Server();
        TlsOptions options = _files.Options() with
        {
            CertFile = _files.Folder.Write("chain.crt", certificate.ExportCertificatePem() + "\n" + intermediate.AuthorityPem),
            KeyFile = _files.Folder.Write("chain.key", Certificates.KeyPem(certificate)),
        };
        await using TlsServer server = await _files.StartAsync(options);

        ProcessRun client = await OpenSslClient(server, "-CAfile", options.CaFile!, "-verify_return_error");

        Assert.True(client.ExitCode == 0, client.ToString());
        Assert.Contains(client.Output, line => line.Contains("Verify return code: 0 (ok)", StringComparison.Ordinal));
        Assert.DoesNotContain("unexpected eof", client.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Keys_of_both_kinds_in_both_forms_work(bool isRsa, bool isOldForm)
    {
        X509Certificate2 certificate = isRsa ? _files.Authority.ServerWithRsa() : _files.Authority.Server();
        string key = isOldForm ? Certificates.OldKeyPem(certificate) : Certificates.KeyPem(certificate);
        await using TlsServer server = await _files.StartAsync(_files.Options(certificate, key));

        Assert.Equal("hello", (await server.AskAsync()).Text);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_required_certificate_names_the_user(SslProtocols protocol)
    {
        TlsOptions options = _files.Options() with { RequireCertificate = true, UseIdentityAsUsername = true };
        await using TlsServer server = await _files.StartAsync(options);
        using X509Certificate2 client = _files.Authority.Client("CN=joe, O=Example");

        await server.AskAsync(client, protocol);

        Assert.Equal(["joe"], server.UserNames);
    }

    [Fact]
    public async Task A_missing_certificate_gets_mosquittos_line()
    {
        await using TlsServer server = await _files.StartAsync(_files.Options() with { RequireCertificate = true });

        await RefusedAsync(server, certificate: null);

        await server.Log.WaitForAsync(" rejected, client did not provide a certificate.");
        Assert.Single(server.Log.All);
        Assert.Empty(server.UserNames);
    }

    [Theory]
    [InlineData("foreign", "")]
    [InlineData("expired", "it has expired on 20")]
    [InlineData("for servers", "")]
    public async Task A_certificate_that_is_not_good_for_this_is_refused(string flaw, string words)
    {
        await using TlsServer server = await _files.StartAsync(_files.Options() with { RequireCertificate = true });
        using Certificates stranger = Certificates.NewAuthority(); // The same name, another key.
        using X509Certificate2 client = flaw switch
        {
            "foreign" => stranger.Client("CN=joe"),
            "expired" => _files.Authority.Client("CN=joe", TimeProvider.System.GetUtcNow().AddDays(-1)),
            _ => _files.Authority.Client("CN=joe", isForServers: true),
        };

        await RefusedAsync(server, client);

        await server.Log.WaitForAsync($"failed: the client's certificate 'CN=joe' is not accepted: {words}");
        Assert.Single(server.Log.All);
        Assert.Empty(server.UserNames);
    }

    [Fact]
    [Directive("disable_client_cert_date_checks")]
    public async Task An_expired_certificate_passes_where_dates_are_not_looked_at()
    {
        TlsOptions options = _files.Options() with { RequireCertificate = true, DisableClientCertDateChecks = true };
        await using TlsServer server = await _files.StartAsync(options);
        using X509Certificate2 client = _files.Authority.Client("CN=joe", TimeProvider.System.GetUtcNow().AddDays(-1));

        Assert.Equal("hello", (await server.AskAsync(client)).Text);
    }

    [Fact]
    [Directive("capath")]
    public async Task Authorities_may_lie_in_a_folder()
    {
        Directory.CreateDirectory(_files.Folder.File("ca"));
        _files.Folder.Write("ca/a.pem", _files.Authority.AuthorityPem);
        _files.Folder.Write("ca/readme", "not a certificate");
        TlsOptions options = _files.Options() with
        {
            CaFile = null,
            CaPath = _files.Folder.File("ca"),
            RequireCertificate = true,
        };
        await using TlsServer server = await _files.StartAsync(options);
        using X509Certificate2 client = _files.Authority.Client("CN=joe");

        Assert.Equal("hello", (await server.AskAsync(client)).Text);
    }

    [Fact]
    public async Task A_certificate_that_is_not_required_is_not_even_asked_for()
    {
        await using TlsServer server = await _files.StartAsync(_files.Options() with { UseIdentityAsUsername = true });
        using X509Certificate2 client = _files.Authority.Client("CN=joe");

        await server.AskAsync(client);

        Assert.Equal([null], server.UserNames);
    }

    [Fact]
    [Directive("ciphers"), Directive("ciphers_tls1.3")]
    public async Task Cipher_lists_are_honoured_for_both_versions()
    {
        TlsOptions options = _files.Options(_files.Authority.ServerWithRsa()) with
        {
            Ciphers = "ECDHE-RSA-AES128-GCM-SHA256",
            CiphersTls13 = "TLS_AES_128_GCM_SHA256",
        };
        await using TlsServer server = await _files.StartAsync(options);

        Assert.Equal(
            TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, (await server.AskAsync(protocols: SslProtocols.Tls12)).Suite);
        Assert.Equal(TlsCipherSuite.TLS_AES_128_GCM_SHA256, (await server.AskAsync(protocols: SslProtocols.Tls13)).Suite);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, SslProtocols.Tls13)]
    [InlineData(SslProtocols.Tls13, SslProtocols.Tls12)]
    public async Task Only_the_chosen_version_is_spoken(SslProtocols chosen, SslProtocols other)
    {
        await using TlsServer server = await _files.StartAsync(_files.Options() with { Protocols = chosen });

        Assert.Equal(chosen, (await server.AskAsync()).Protocol);
        await Assert.ThrowsAnyAsync<AuthenticationException>(() => server.AskAsync(protocols: other));
    }

    [Theory]
    [InlineData(0x10, "sent MQTT without TLS to a port that needs TLS.")]
    [InlineData(0x47, "what it sent is not TLS.")]
    public async Task Plain_text_gets_one_clear_line(byte first, string line)
    {
        await using TlsServer server = await _files.StartAsync(_files.Options());
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, server.Port);

        await client.GetStream().WriteAsync(new byte[] { first, 0x0C, 0, 4, 0x4D, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 0 });

        await server.Log.WaitForAsync(line);
        Assert.Single(server.Log.All);
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_handshake_gets_one_line()
    {
        await using TlsServer server = await _files.StartAsync(_files.Options());
        using (TcpClient client = new())
        {
            await client.ConnectAsync(IPAddress.Loopback, server.Port);
        }

        await server.Log.WaitForAsync("it closed its connection during the TLS handshake.");
        Assert.Single(server.Log.All);
    }

    [Fact]
    public async Task Clients_that_are_silent_hold_up_nobody()
    {
        await using TlsServer server = await _files.StartAsync(_files.Options());
        List<TcpClient> silent = [.. Enumerable.Range(0, 50).Select(_ => new TcpClient())];
        foreach (TcpClient client in silent)
        {
            await client.ConnectAsync(IPAddress.Loopback, server.Port);
            await client.GetStream().WriteAsync(new byte[] { 0x16, 3, 1, 2 });
        }

        TlsServer.TlsAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.AskAsync()));

        Assert.All(answers, answer => Assert.Equal("hello", answer.Text));
        silent.ForEach(client => client.Dispose());
    }

    private static Task<ProcessRun> OpenSslClient(TlsServer server, params string[] arguments) =>
        ProcessRun.OfAsync("openssl", ["s_client", "-connect", $"127.0.0.1:{server.Port}", .. arguments]);

    // With TLS 1.3 the client hears of the refusal only when it reads.
    private static async Task RefusedAsync(TlsServer server, X509Certificate2? certificate)
    {
        Exception refusal = await Assert.ThrowsAnyAsync<Exception>(() => server.AskAsync(certificate));
        Assert.True(refusal is IOException or AuthenticationException, refusal.ToString());
    }
}
