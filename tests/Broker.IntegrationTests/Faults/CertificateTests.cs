using System.Security.Cryptography.X509Certificates;
using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Observing;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Faults;

/// <summary>Certificates that have expired, as the operator and the clients see them.</summary>
public sealed class CertificateTests : IDisposable
{
    private readonly Certificates _authority = Certificates.NewAuthority();
    private readonly TemporaryFolder _files = new();
    private readonly int _port = FreePorts.Take();

    public CertificateTests() => _files.OpenToAll();

    private static DateTimeOffset Yesterday => TimeProvider.System.GetUtcNow().AddDays(-1);

    public void Dispose()
    {
        _authority.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task The_brokers_own_is_named_at_the_start_in_metrics_and_by_check_config_and_renewed_while_it_runs()
    {
        using X509Certificate2 expired = _authority.Server(Yesterday);
        string lines = Write(expired, "");
        await using AdminBroker broker = await AdminBroker.StartAsync(lines: _ => lines);

        await broker.Broker.Process.Log.WaitForAsync(
            $"The certificate in {_files.File("server.crt")} has expired on {Yesterday:yyyy-MM-dd}.");
        Assert.Equal(200, (await broker.GetAsync("/health/ready")).Status);
        (_, _, string metrics) = await broker.GetAsync("/metrics");
        string remaining = Assert.Single(metrics.Split('\n'), static line =>
            line.StartsWith("broker_tls_certificate_remaining_seconds{", StringComparison.Ordinal));
        Assert.Contains("} -", remaining, StringComparison.Ordinal);
        (string program, string[] first) = BrokerProcess.Command;
        ProcessRun check = await ProcessRun.OfAsync(
            program, [.. first, "check-config", "-c", broker.Broker.Folder.File("mosquitto.conf")]);
        Assert.Contains($"{_files.File("server.crt")} has expired on ", check.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(0, (await PublishAsync()).ExitCode);
        using X509Certificate2 renewed = _authority.Server();
        Write(renewed, "");

        await broker.Broker.Process.Log.WaitForAsync("TLS files changed: ");
        ProcessRun sent = await PublishAsync();
        Assert.True(sent.ExitCode == 0, sent.ToString());
    }

    [Fact]
    public async Task A_clients_is_refused_with_its_name_and_its_end_in_the_log_and_others_get_in()
    {
        using X509Certificate2 certificate = _authority.Server();
        using X509Certificate2 expired = _authority.Client("CN=ann", Yesterday);
        using X509Certificate2 good = _authority.Client("CN=ben");
        string lines = Write(certificate, "require_certificate true\n");
        await using AdminBroker broker = await AdminBroker.StartAsync(lines: _ => lines);

        Assert.NotEqual(0, (await PublishAsync(expired)).ExitCode);
        string line = await broker.Broker.Process.Log.WaitForAsync("the client's certificate 'CN=ann' is not accepted: ");
        Assert.Contains($"it has expired on {Yesterday:yyyy-MM-dd} ", line, StringComparison.Ordinal);

        ProcessRun sent = await PublishAsync(good);
        Assert.True(sent.ExitCode == 0, sent.ToString());
    }

    private string Write(X509Certificate2 certificate, string more)
    {
        (string file, string key) = WritePair("server", certificate);
        return $"listener {_port} 127.0.0.1\ncertfile {file}\nkeyfile {key}\n"
            + $"cafile {_files.Write("ca.pem", _authority.AuthorityPem)}\n{more}";
    }

    private (string File, string Key) WritePair(string name, X509Certificate2 certificate) =>
        (_files.Write($"{name}.crt", certificate.ExportCertificatePem()),
            _files.Write($"{name}.key", Certificates.KeyPem(certificate)));

    // mosquitto's client looks at the date.
    private Task<ProcessRun> PublishAsync(X509Certificate2? client = null)
    {
        Endpoint endpoint = new(_port)
        {
            Host = "localhost",
            CaFile = _files.File("ca.pem"),
            ClientCertificate = client is null ? null : WritePair("client", client),
        };
        return MosquittoPub.RunAsync(endpoint, "-t", "a", "-m", "x", "-q", "1");
    }
}
