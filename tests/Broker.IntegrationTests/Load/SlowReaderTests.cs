using Broker.IntegrationTests.Fixtures;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Load;

/// <summary>The small way of bench/slow.sh and bench/retained.sh: speed and memory are for the long one.</summary>
public sealed class SlowReaderTests
{
    // Far more than a queue and the kernel take, at whatever speed.
    private const string Queues =
        "--queued-messages 3000 --queued-bytes 1000000 --subscribers 1 --payload 2000 --messages 16000 --seconds 0.6";

    private readonly int _admin = FreePorts.Take();

    [Theory]
    [InlineData("oldest", "")]
    [InlineData("reject", "")]
    [InlineData("newest", " --persistent")]
    public async Task Who_does_not_read_costs_others_nothing_and_gets_what_is_owed(string policy, string more)
    {
        await using ConfiguredBroker broker = await StartAsync($"drop_policy {policy}");

        string[] arguments = [.. $"slow --policy {policy} {Queues}{more}".Split(' '), "--admin", $"{_admin}"];
        await RunAsync(broker, [.. arguments, "--probe", Probe(broker.Folder)]);
    }

    [Fact]
    public async Task A_policy_that_the_broker_does_not_have_is_noticed_and_nothing_else()
    {
        await using ConfiguredBroker broker = await StartAsync("drop_policy newest");

        string[] arguments = [.. $"slow --policy reject {Queues}".Split(' '), "--admin", $"{_admin}"];
        string lines = await RunAsync(broker, arguments, expectedStatus: 1);

        const string Broken = "\"broken\":\"drops have the causes of the policy, publishers are told what was refused\"";
        Assert.Contains(Broken, lines, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_retained_messages_come_to_all_who_want_them_also_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        folder.OpenToAll();
        int port = FreePorts.Take();
        string file = folder.Write("mosquitto.conf", Configuration(port, folder, ""));
        for (int start = 0; start < 2; start++)
        {
            await using BrokerProcess broker = await BrokerProcess.StartAsync(file);
            string arguments = "replay --topics 5000 --subscribers 10" + (start == 0 ? "" : " --stored");
            await RunAsync(broker, port, arguments.Split(' '), expectedStatus: 0);
            Assert.Equal(0, await broker.StopAsync());
        }
    }

    // Prints how many messages the store has for sessions.
    private static string Probe(TemporaryFolder folder) =>
        $"python3 -c \"import sqlite3; print(sqlite3.connect('file:{folder.Path}/broker.db?mode=ro', uri=True).execute('select"
        + " (select count(*) from mqtt_queued) + (select count(*) from mqtt_inflight)').fetchone()[0])\"";

    private Task<ConfiguredBroker> StartAsync(string lines) =>
        ConfiguredBroker.StartAsync((port, folder) => Configuration(port, folder, lines));

    private string Configuration(int port, TemporaryFolder folder, string lines) =>
        $"""
        allow_anonymous true
        persistence true
        persistence_location {folder.Path}/
        max_queued_messages 3000
        max_queued_bytes 1000000
        connection_messages false
        {lines}
        listener {port} 127.0.0.1
        admin_listener {_admin}

        """;

    private static Task<string> RunAsync(ConfiguredBroker broker, string[] arguments, int expectedStatus = 0) =>
        RunAsync(broker.Process, broker.Port, arguments, expectedStatus);

    private static async Task<string> RunAsync(BrokerProcess broker, int port, string[] arguments, int expectedStatus)
    {
        string tool = Path.Combine(AppContext.BaseDirectory, "broker-load.dll");
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        await using ChildProcess run = ChildProcess.Start(
            host, [tool, .. arguments, "--beside-others", "--port", $"{port}", "--pid", $"{broker.Id}", "--json"]);

        int status = await run.WaitForExitAsync(TimeSpan.FromMinutes(2));

        Assert.True(status == expectedStatus, $"status {status}: {run.Lines}");
        return run.Lines.ToString();
    }
}
