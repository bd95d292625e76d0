using Broker.TestKit;
using Broker.TestKit.Processes;
using Xunit.Abstractions;

namespace Broker.EndToEndTests.Storms;

/// <summary>Devices fight for their client ids; bench/fight.sh is the long way, with 500 of them, and judges speed too.</summary>
public sealed class FightTests(ITestOutputHelper output)
{
    // More than have a line of their own in the log.
    private const int Connections = 60;

    [Fact]
    [Demand("C6")]
    public async Task Who_fights_is_named_and_slowed_down_and_loses_nothing()
    {
        using TemporaryFolder folder = new();
        folder.OpenToAll();
        (int port, int admin) = (FreePorts.Take(), FreePorts.Take());
        string log = Path.Combine(folder.Path, "log");
        string file = folder.Write("broker.conf", $"""
            listener {port} 127.0.0.1
            allow_anonymous true
            persistence true
            persistence_url sqlite://{folder.Path}/broker.db
            connection_messages false
            takeover_delay_max 1
            admin_listener {admin}
            log_dest stdout
            log_dest file {log}
            """);
        await using BrokerProcess broker = await BrokerProcess.StartAsync(file);
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        await using ChildProcess load = ChildProcess.Start(host,
        [
            Path.Combine(AppContext.BaseDirectory, "broker-load.dll"), "fight", "--connections", $"{Connections}",
            "--delay", "1", "--port", $"{port}", "--admin", $"{admin}", "--pid", $"{broker.Id}", "--log", log,
            "--warmup", "0.2", "--seconds", "3", "--publishers", "10", "--rate", "200", "--borne", "10000", "--beside-others",
            "--json",
        ]);

        int status = await load.WaitForExitAsync(TimeSpan.FromMinutes(2));

        output.WriteLine(load.Lines.ToString());
        Assert.True(status == 0, $"status {status}: {load.Lines}\n{broker.Log}");
        Assert.Contains("\"verdict\":\"ok\"", load.Output.ToString(), StringComparison.Ordinal);
    }
}
