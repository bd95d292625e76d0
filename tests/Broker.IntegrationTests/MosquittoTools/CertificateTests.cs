using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;
using Broker.TestKit.Processes;
using Broker.TestKit;

namespace Broker.IntegrationTests.MosquittoTools;

public sealed class CertificateTests
{
    private const string Topic = "certificate";

    [Fact]
    [Directive("use_identity_as_username")]
    public async Task A_client_with_a_certificate_is_known_by_its_name()
    {
        await using ConfiguredBroker broker = await StartAsync("use_identity_as_username true");
        CertificateFiles files = new(broker.Folder.Path);

        await MosquittoPub.SendAsync(Secure(broker, files), Topic, "x", 1, "-i", "with-certificate");

        await broker.Process.Log.WaitForAsync($" as with-certificate (p2, c1, k60, u'{CertificateFiles.ClientName}').");
    }

    [Fact]
    [Directive("use_subject_as_username")]
    public async Task The_whole_subject_can_be_the_name()
    {
        await using ConfiguredBroker broker = await StartAsync("use_subject_as_username true");
        CertificateFiles files = new(broker.Folder.Path);

        await MosquittoPub.SendAsync(Secure(broker, files), Topic, "x", 1, "-i", "with-subject");

        string line = await broker.Process.Log.WaitForAsync(" as with-subject ");
        Assert.Contains($"CN={CertificateFiles.ClientName}", line, StringComparison.Ordinal);
        Assert.Contains("O=Broker tests", line, StringComparison.Ordinal);
    }

    [Fact]
    [Directive("require_certificate")]
    public async Task A_client_without_one_is_refused()
    {
        await using ConfiguredBroker broker = await StartAsync("use_identity_as_username true");
        CertificateFiles files = new(broker.Folder.Path);
        Endpoint withoutCertificate = Secure(broker, files) with { ClientCertificate = null };

        ProcessRun run = await MosquittoPub.RunAsync(withoutCertificate, "-t", Topic, "-m", "x", "-q", "1");

        Assert.NotEqual(0, run.ExitCode);
    }

    [Fact]
    [Directive("cafile")]
    public async Task A_certificate_of_another_authority_is_refused()
    {
        using TemporaryFolder strangers = new();
        CertificateFiles other = CertificateFiles.CreateIn(strangers.Path);
        await using ConfiguredBroker broker = await StartAsync("use_identity_as_username true");
        CertificateFiles files = new(broker.Folder.Path);
        Endpoint stranger = Secure(broker, files) with { ClientCertificate = (other.Client, other.ClientKey) };

        ProcessRun run = await MosquittoPub.RunAsync(stranger, "-t", Topic, "-m", "x", "-q", "1");

        Assert.NotEqual(0, run.ExitCode);
    }

    [Fact]
    [Directive("certfile")]
    public async Task A_client_that_trusts_another_authority_does_not_connect()
    {
        using TemporaryFolder strangers = new();
        CertificateFiles other = CertificateFiles.CreateIn(strangers.Path);
        await using ConfiguredBroker broker = await StartAsync("use_identity_as_username true");
        Endpoint distrustful = Secure(broker, new(broker.Folder.Path)) with { CaFile = other.Authority };

        ProcessRun run = await MosquittoPub.RunAsync(distrustful, "-t", Topic, "-m", "x", "-q", "1");

        Assert.NotEqual(0, run.ExitCode);
        // The next one is served: a failed handshake leaves nothing behind.
        await MosquittoPub.SendAsync(Secure(broker, new(broker.Folder.Path)), Topic, "x", 1);
    }

    private static Endpoint Secure(ConfiguredBroker broker, CertificateFiles files) =>
        new(broker.Port)
        {
            Host = "localhost",
            CaFile = files.Authority,
            ClientCertificate = (files.Client, files.ClientKey),
        };

    private static Task<ConfiguredBroker> StartAsync(string lines) =>
        ConfiguredBroker.StartAsync((port, folder) =>
        {
            CertificateFiles files = CertificateFiles.CreateIn(folder.Path);
            return $"""
                listener {port} 127.0.0.1
                cafile {files.Authority}
                certfile {files.Server}
                keyfile {files.ServerKey}
                require_certificate true
                {lines}

                """;
        });
}
