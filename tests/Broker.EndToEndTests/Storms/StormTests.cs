using Broker.TestKit;
using Broker.TestKit.Processes;
using Xunit.Abstractions;

namespace Broker.EndToEndTests.Storms;

/// <summary>Everybody comes back at once after a kill; bench/storm.sh is the long way, with 10,000.</summary>
public sealed class StormTests(ITestOutputHelper output)
{
    private const string Password = "correct-horse";

    [Fact]
    public async Task Everybody_who_comes_back_at_once_is_served_in_turn()
    {
        const int Devices = 300;
        using TemporaryFolder folder = new();
        folder.OpenToAll();
        int port = FreePorts.Take();
        string pidFile = Path.Combine(folder.Path, "pid");
        string file = folder.Write("broker.conf", $"""
            listener {port} 127.0.0.1
            {CertificateLines(folder)}
            {await PasswordLineAsync(folder, Devices)}
            persistence true
            persistence_url sqlite://{folder.Path}/broker.db
            pid_file {pidFile}
            connection_messages false
            """);
        BrokerProcess broker = await BrokerProcess.StartAsync(file);
        try
        {
            string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
            await using ChildProcess load = ChildProcess.Start(host,
            [
                Path.Combine(AppContext.BaseDirectory, "broker-load.dll"), "storm", "--connections", $"{Devices}",
                "--port", $"{port}", "--pid-file", pidFile, "--seconds", "1", "--json", "--tls", "--password", Password,
                "--borne", "7000",
            ]);
            await load.Output.WaitForAsync("\"scenario\":\"ready\"");
            await broker.KillAsync();
            await broker.DisposeAsync();
            File.Delete(pidFile);
            broker = await BrokerProcess.StartAsync(file);

            int status = await load.WaitForExitAsync();

            output.WriteLine(load.Lines.ToString());
            Assert.True(status == 0, $"status {status}: {load.Lines}\n{broker.Log}");
            Assert.Contains("\"verdict\":\"ok\"", load.Output.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            await broker.DisposeAsync();
        }
    }

    private static string CertificateLines(TemporaryFolder folder)
    {
        using Certificates authority = Certificates.NewAuthority();
        using var server = authority.Server();
        string certificate = folder.Write("server.crt", server.ExportCertificatePem());
        return $"certfile {certificate}\nkeyfile {folder.Write("server.key", Certificates.KeyPem(server))}";
    }

    // A line for each user. They have the same hash, which costs the broker as much as one each.
    private static async Task<string> PasswordLineAsync(TemporaryFolder folder, int users)
    {
        string one = Path.Combine(folder.Path, "one");
        (string program, string[] first) = BrokerProcess.Command;
        ProcessRun run = await ProcessRun.OfAsync(program, [.. first, "passwd", "-c", "-b", one, "bench", Password]);
        Assert.True(run.ExitCode == 0, $"{run}");
        string hash = (await File.ReadAllTextAsync(one)).Trim()["bench:".Length..];
        string[] lines = [$"bench:{hash}", .. Enumerable.Range(0, users).Select(user => $"bench{user}:{hash}")];
        return $"password_file {folder.Write("passwords", string.Join('\n', lines) + "\n")}";
    }
}
