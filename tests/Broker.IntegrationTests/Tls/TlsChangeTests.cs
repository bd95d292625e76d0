using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;
using Broker.TestKit.Processes;
using Broker.TestKit;

namespace Broker.IntegrationTests.Tls;

/// <summary>Files of TLS that change while mosquitto's clients come and stay.</summary>
public sealed class TlsChangeTests
{
    [Fact]
    [Directive("crlfile"), Demand("G6")]
    public async Task A_certificate_that_is_revoked_is_refused_without_a_signal_and_nobody_is_cut()
    {
        await using ConfiguredBroker broker = await StartAsync();
        CertificateFiles files = new(broker.Folder.Path);
        await using MosquittoSub living = await MosquittoSub.StartAsync(Secure(broker, files), "%p", "-t", "#", "-q", "1");
        await MosquittoPub.SendAsync(Secure(broker, files), "a", "before", 1);

        files.WriteRevocationList(isClientRevoked: true);
        await broker.Process.Log.WaitForAsync("TLS files changed: new connections");

        ProcessRun refused = await MosquittoPub.RunAsync(Secure(broker, files), "-t", "a", "-m", "x", "-q", "1");
        Assert.NotEqual(0, refused.ExitCode);
        await broker.Process.Log.WaitForAsync("is not accepted: it is revoked.");
        files.WriteRevocationList(isClientRevoked: false);
        broker.Process.Reload();
        await broker.Process.Log.WaitForAsync("Config reloaded from ");
        await MosquittoPub.SendAsync(Secure(broker, files), "a", "after", 1);
        Assert.Equal(["before", "after"], await living.MessagesAsync(2));
    }

    [Fact]
    [Directive("keyfile")]
    public async Task A_certificate_that_does_not_load_changes_nothing_at_a_reload()
    {
        await using ConfiguredBroker broker = await StartAsync();
        CertificateFiles files = new(broker.Folder.Path);
        string key = await File.ReadAllTextAsync(files.ServerKey);
        await File.WriteAllTextAsync(files.ServerKey, "no key");

        broker.Process.Reload();

        await broker.Process.Log.WaitForAsync($"Error: keyfile {files.ServerKey} has no private key in PEM form.");
        await broker.Process.Log.WaitForAsync("The config was not reloaded");
        await MosquittoPub.SendAsync(Secure(broker, files), "a", "still", 1);
        await File.WriteAllTextAsync(files.ServerKey, key);
    }

    [Fact]
    public async Task The_secrets_of_connections_go_to_the_key_log()
    {
        await using ConfiguredBroker broker = await StartAsync("--tls-keylog", "keys");
        CertificateFiles files = new(broker.Folder.Path);
        string keys = Path.GetFullPath("keys");
        try
        {
            await MosquittoPub.SendAsync(Secure(broker, files), "a", "x", 1);

            await broker.Process.Log.WaitForAsync($"The secrets of TLS connections are written to {keys}: ");
            Assert.Contains("SERVER_TRAFFIC_SECRET_0 ", await File.ReadAllTextAsync(keys), StringComparison.Ordinal);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(keys));
        }
        finally
        {
            File.Delete(keys);
        }
    }

    private static Endpoint Secure(ConfiguredBroker broker, CertificateFiles files) => new(broker.Port)
    {
        Host = "localhost",
        CaFile = files.Authority,
        ClientCertificate = (files.Client, files.ClientKey),
    };

    private static Task<ConfiguredBroker> StartAsync(params string[] arguments) => ConfiguredBroker.StartAsync(
        (port, folder) =>
        {
            CertificateFiles files = CertificateFiles.CreateIn(folder.Path);
            files.WriteRevocationList(isClientRevoked: false);
            return $"""
                listener {port} 127.0.0.1
                cafile {files.Authority}
                certfile {files.Server}
                keyfile {files.ServerKey}
                crlfile {files.RevocationList}
                require_certificate true
                allow_anonymous true

                """;
        },
        arguments);
}
