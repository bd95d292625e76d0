using System.Diagnostics.Metrics;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.TestKit;
using Broker.TestKit.Processes;
using Broker.Transport.Tls;

namespace Broker.UnitTests.Transport;

/// <summary>Certificates that change under a running listener, several of them, and sessions that are resumed.</summary>
public sealed class TlsRefreshTests : IDisposable
{
    private readonly TlsFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    [Demand("G5")]
    public async Task A_new_pair_is_taken_when_it_has_settled_and_nobody_is_cut()
    {
        await using TlsServer server = await _files.StartAsync(_files.Options());
        string before = (await server.AskAsync()).ServerSerial;
        await using SslStream living = await server.ConnectAsync();

        _files.Options(); // Writes other files in the same places.
        Assert.False(server.Endpoint.Refresh(new ReloadReport()));
        Assert.Equal(before, (await server.AskAsync()).ServerSerial);
        Assert.True(server.Endpoint.Refresh(new ReloadReport()));

        Assert.NotEqual(before, (await server.AskAsync()).ServerSerial);
        await living.WriteAsync("still"u8.ToArray());
        await living.ReadExactlyAsync(new byte[5]).AsTask().WaitAsync(TestTime.Patience);
        Assert.False(server.Endpoint.Refresh(new ReloadReport()));
    }

    [Fact]
    public async Task A_pair_that_does_not_fit_keeps_the_old_one_and_is_said_once()
    {
        await using TlsServer server = await _files.StartAsync(_files.Options());
        string before = (await server.AskAsync()).ServerSerial;
        using X509Certificate2 other = _files.Authority.Server();
        _files.Folder.Write("server.crt", other.ExportCertificatePem() + "\n");

        Assert.False(server.Endpoint.Refresh(new ReloadReport()));
        ReloadReport report = new();
        Assert.True(server.Endpoint.Refresh(report));
        Assert.Contains("does not belong to the certificate", Assert.Single(report.Errors), StringComparison.Ordinal);
        Assert.False(server.Endpoint.Refresh(new ReloadReport()));
        Assert.Equal(before, (await server.AskAsync()).ServerSerial);

        _files.Folder.Write("server.key", Certificates.KeyPem(other) + "\n");
        Assert.False(server.Endpoint.Refresh(new ReloadReport()));
        Assert.True(server.Endpoint.Refresh(new ReloadReport()));
        Assert.Equal(other.SerialNumber, (await server.AskAsync()).ServerSerial);
    }

    [Fact]
    [Demand("H1")]
    public async Task A_mounted_secret_that_is_swapped_is_noticed()
    {
        // As Kubernetes mounts it: names are links into a folder that is itself a link, and that link is replaced.
        TlsOptions options = _files.Options();
        string first = Generation("first", options);
        Directory.CreateSymbolicLink(_files.Folder.File("..data"), first);
        foreach (string name in (string[])["tls.crt", "tls.key"])
            File.CreateSymbolicLink(_files.Folder.File(name), Path.Combine("..data", name));
        await using TlsServer server = await _files.StartAsync(options with
        {
            CertFile = _files.Folder.File("tls.crt"),
            KeyFile = _files.Folder.File("tls.key"),
        });
        string before = (await server.AskAsync()).ServerSerial;

        Directory.CreateSymbolicLink(_files.Folder.File("..next"), Generation("second", _files.Options()));
        await ProcessRun.OfAsync("mv", ["-T", _files.Folder.File("..next"), _files.Folder.File("..data")]);
        server.Endpoint.Refresh(new ReloadReport());

        Assert.True(server.Endpoint.Refresh(new ReloadReport()));
        Assert.NotEqual(before, (await server.AskAsync()).ServerSerial);
    }

    [Fact]
    [Directive("sni_certificate")]
    public async Task Every_client_gets_the_certificate_of_the_name_it_asks_for()
    {
        using X509Certificate2 one = _files.Authority.ServerFor("one.example", "uno.example");
        using X509Certificate2 wild = _files.Authority.ServerFor("*.wild.example");
        TlsOptions options = _files.Options() with
        {
            SniCertificates = [_files.Write("one", one), _files.Write("wild", wild)],
        };
        await using TlsServer server = await _files.StartAsync(options);

        Assert.Equal("CN=one.example", (await server.AskAsync(host: "one.example")).ServerSubject);
        Assert.Equal("CN=one.example", (await server.AskAsync(host: "UNO.example")).ServerSubject);
        Assert.Equal("CN=*.wild.example", (await server.AskAsync(host: "a.wild.example")).ServerSubject);
        Assert.Equal("CN=localhost", (await server.AskAsync()).ServerSubject);
        using X509Certificate2 client = _files.Authority.Client("CN=joe");
        await using TlsServer strict = await _files.StartAsync(options with { RequireCertificate = true });
        Assert.Equal("CN=one.example", (await strict.AskAsync(client, host: "one.example")).ServerSubject);
        await Assert.ThrowsAnyAsync<Exception>(() => strict.AskAsync(host: "one.example"));
    }

    [Fact]
    public async Task TLS_1_2_sessions_are_resumed()
    {
        await using TlsServer server = await _files.StartAsync(_files.Options());

        ProcessRun client = await ProcessRun.OfAsync(
            "openssl", ["s_client", "-connect", $"127.0.0.1:{server.Port}", "-tls1_2", "-reconnect"]);

        Assert.Equal(5, client.Output.Count(line => line.StartsWith("Reused, TLSv1.2", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task With_client_certificates_none_is_resumed_so_that_a_revocation_counts_at_the_next_handshake()
    {
        using X509Certificate2 joe = _files.Authority.Client("CN=joe");
        TlsPair pair = _files.Write("joe", joe);
        await using TlsServer server = await _files.StartAsync(_files.Options() with { RequireCertificate = true });

        ProcessRun client = await ProcessRun.OfAsync(
            "openssl",
            [
                "s_client", "-connect", $"127.0.0.1:{server.Port}", "-tls1_2", "-reconnect", "-cert", pair.CertFile,
                "-key", pair.KeyFile,
            ]);

        Assert.Equal(6, client.Output.Count(line => line.StartsWith("New, TLSv1.2", StringComparison.Ordinal)));
        Assert.DoesNotContain(client.Output, line => line.StartsWith("Reused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TLS_1_3_sessions_are_resumed_until_the_certificate_changes()
    {
        await using TlsServer server = await _files.StartAsync(_files.Options());

        await using (ChildProcess first = OpenSsl(server, "-sess_out", _files.Folder.File("session")))
            await first.Lines.WaitForAsync("Post-Handshake New Session Ticket arrived");
        await using (ChildProcess second = OpenSsl(server, "-sess_in", _files.Folder.File("session")))
            await second.Lines.WaitForAsync("Reused, TLSv1.3");

        server.Endpoint.Prepare(_files.Options(), new ReloadReport())!.Apply();
        await using ChildProcess third = OpenSsl(server, "-sess_in", _files.Folder.File("session"));
        await third.Lines.WaitForAsync("New, TLSv1.3");
    }

    [Fact]
    public async Task How_long_a_certificate_is_good_is_measured()
    {
        using X509Certificate2 own = _files.Authority.Server(TimeProvider.System.GetUtcNow().AddDays(30));
        await using TlsServer server = await _files.StartAsync(_files.Options(own));
        using BrokerMetrics metrics = new();
        TlsFigures figures = new(
            "1883", server.Endpoint.Counts,
            () => server.Endpoint.Certificates.Select(it => (it.File, new DateTimeOffset(it.Own.NotAfter))));
        metrics.Observe([figures], TimeProvider.System);
        Dictionary<string, double> seen = [];
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "broker.tls.certificate.remaining") self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => seen[(string)tags[1].Value!] = value);
        listener.Start();

        listener.RecordObservableInstruments();

        Assert.InRange(
            seen[_files.Folder.File("server.crt")], TimeSpan.FromDays(29.9).TotalSeconds, TimeSpan.FromDays(30.1).TotalSeconds);
    }

    [Fact]
    public async Task The_watch_looks_by_itself_and_says_what_it_did()
    {
        await using TlsServer server = await _files.StartAsync(_files.Options());
        string before = (await server.AskAsync()).ServerSerial;
        TestLog log = new();
        TlsFileWatch watch = new([server.Endpoint], TimeProvider.System, log.CreateLogger("Broker"));

        _files.Options();
        watch.Look();
        watch.Look();

        Assert.NotEqual(before, (await server.AskAsync()).ServerSerial);
        Assert.Contains(log.Lines.All, line => line.Contains("TLS files changed: new connections", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0b110_100_000, false)]
    [InlineData(0b110_100_100, true)]
    public void A_key_that_everybody_can_read_is_named_at_the_end_of_its_links(int mode, bool isNamed)
    {
        TlsOptions options = _files.Options();
        string link = _files.Folder.File("link.key");
        File.CreateSymbolicLink(link, options.KeyFile);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(options.KeyFile, (UnixFileMode)mode);

        TlsEndpointResult result = TlsEndpoint.Load(options with { KeyFile = link });

        Assert.Empty(result.Errors);
        string text = $"keyfile {link}, a link to {options.KeyFile}, is open to every account of this machine (mode 0644): "
            + $"chmod o-rwx {options.KeyFile}.";
        Assert.Equal(isNamed ? [text] : [], result.Warnings.AsEnumerable());
    }

    // Opened for reading and writing by one process, a pipe never ends: the client stays until it is ended. Tickets come with the
    // first bytes that the server has to say, as CONNACK is.
    private ChildProcess OpenSsl(TlsServer server, string option, string session)
    {
        string pipe = _files.Folder.File($"pipe{Guid.NewGuid():N}");
        string client = $"stdbuf -oL openssl s_client -connect 127.0.0.1:{server.Port} -tls1_3 {option} {session}";
        return ChildProcess.Start("sh", ["-c", $"mkfifo {pipe}; echo hello >{pipe} & exec {client} <>{pipe}"]);
    }

    private string Generation(string name, TlsOptions options)
    {
        string folder = _files.Folder.File($"..{name}");
        Directory.CreateDirectory(folder);
        File.Copy(options.CertFile, Path.Combine(folder, "tls.crt"));
        File.Copy(options.KeyFile, Path.Combine(folder, "tls.key"));
        return folder;
    }
}
