using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;
using Broker.TestKit.Processes;
using Microsoft.Data.Sqlite;

namespace Broker.IntegrationTests.Observing;

/// <summary>Whether a broker is well, as an orchestrator and an operator ask.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task A_broker_that_serves_is_alive_and_ready()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();

        Assert.Equal((200, "ok\n"), await AskAsync(broker, "/health/live"));
        Assert.Equal((200, "ok\n"), await AskAsync(broker, "/health/ready"));
        ProcessRun run = await HealthAsync("-c", broker.Broker.Folder.File("mosquitto.conf"));
        Assert.Equal(0, run.ExitCode);
        Assert.Equal($"http://127.0.0.1:{broker.AdminPort}/health/ready: 200 ok", Assert.Single(run.Output));
    }

    [Fact]
    public async Task A_broker_whose_store_takes_no_commits_is_alive_and_not_ready()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(
            lines: folder => $"persistence true\npersistence_location {folder.Path}");
        using SqliteConnection other = new($"Data Source={broker.Broker.Folder.File("broker.db")};Pooling=False");
        other.Open();
        Execute(other, "BEGIN EXCLUSIVE");
        await using MosquittoSub waiting =
            MosquittoSub.Launch(broker.Endpoint, "%t", "-t", "a", "-q", "1", "-c", "-i", "waits");
        await broker.Broker.Process.Log.WaitForAsync("The store takes no commits: ");

        Assert.Equal((503, "the store takes no commits\n"), await AskAsync(broker, "/health/ready"));
        Assert.Equal(200, (await AskAsync(broker, "/health/live")).Status);
        Assert.Equal(0, await broker.MetricAsync("broker_store_up"));
        ProcessRun run = await HealthAsync("--url", $"http://127.0.0.1:{broker.AdminPort}/health/ready");
        Assert.Equal(1, run.ExitCode);
        Execute(other, "ROLLBACK");
        await broker.Broker.Process.Log.WaitForAsync("The store takes commits again.");
        Assert.Equal(200, (await AskAsync(broker, "/health/ready")).Status);
    }

    [Fact]
    public async Task Without_an_admin_listener_a_client_is_let_in_or_at_least_answered()
    {
        await using ConfiguredBroker open = await ConfiguredBroker.StartOpenAsync();
        await using ConfiguredBroker closed = await ConfiguredBroker.StartAsync((port, _) => $"listener {port} 127.0.0.1\n");
        await using ConfiguredBroker web = await ConfiguredBroker.StartOpenAsync("protocol websockets");

        ProcessRun ofOpen = await HealthAsync("-c", open.Folder.File("mosquitto.conf"));
        ProcessRun ofClosed = await HealthAsync("-c", closed.Folder.File("mosquitto.conf"));
        ProcessRun ofWeb = await HealthAsync("-c", web.Folder.File("mosquitto.conf"));

        Assert.Equal((0, $"127.0.0.1:{open.Port}: accepts clients"), (ofOpen.ExitCode, Assert.Single(ofOpen.Output)));
        Assert.Equal(
            (0, $"127.0.0.1:{closed.Port}: answers clients (this one with code 5)"),
            (ofClosed.ExitCode, Assert.Single(ofClosed.Output)));
        Assert.Equal((0, $"ws://127.0.0.1:{web.Port}/mqtt: accepts WebSockets"), (ofWeb.ExitCode, Assert.Single(ofWeb.Output)));
    }

    [Fact]
    public async Task Nobody_there_is_not_well_and_a_wrong_word_is_a_mistake()
    {
        Assert.Equal(1, (await HealthAsync("-p", $"{FreePorts.Take()}")).ExitCode);
        Assert.Equal(3, (await HealthAsync("--nonsense")).ExitCode);
    }

    private static async Task<(int Status, string Text)> AskAsync(AdminBroker broker, string path)
    {
        (int status, _, string text) = await broker.GetAsync(path);
        return (status, text);
    }

    private static Task<ProcessRun> HealthAsync(params string[] arguments)
    {
        (string fileName, string[] first) = BrokerProcess.Command;
        return ProcessRun.OfAsync(fileName, [.. first, "health", .. arguments]);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
