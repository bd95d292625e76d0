using Broker.IntegrationTests.Fixtures;
using Broker.IntegrationTests.Postgres;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Durability;

/// <summary>
/// A broker's state is taken to another store with <c>broker db</c>, and clients go on there as if nothing had happened.
/// </summary>
[Collection(nameof(PostgresCollection))]
public sealed class StoreMoveTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Directive("persistence_url")]
    public async Task Clients_go_on_in_a_file_that_was_imported(bool isCrash)
    {
        using TemporaryFolder folder = new();
        folder.OpenToAll();
        await MoveAsync(isCrash, "sqlite://" + folder.File("moved.db"));
    }

    [Theory]
    [Demand("A21")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Clients_go_on_in_a_database_that_was_imported(bool isCrash) =>
        await MoveAsync(isCrash, await postgres.Server.CreateDatabaseAsync());

    [Fact]
    public async Task What_only_reads_may_be_used_while_a_broker_runs_and_the_rest_may_not()
    {
        await using ConfiguredBroker broker = await StartAsync();
        await LeaveStateAsync(broker.Port);
        string url = StoreOf(broker);
        ProcessRun status = await DbAsync(0, "status", "-c", broker.Folder.File("mosquitto.conf"));
        Assert.Contains(status.Output, line => line.StartsWith("open", StringComparison.Ordinal) && line.Contains("yes"));
        Assert.Contains(status.Output, line => line == "sessions         1 connected, 1 away");
        await DbAsync(0, "verify", "--url", url);
        ProcessRun export = await DbAsync(0, "export", "--url", url);
        Assert.StartsWith("""{"type":"end","sessions":2,""", export.Output[^1], StringComparison.Ordinal);
        ProcessRun migrate = await DbAsync(1, "migrate", "--url", url);
        Assert.Contains("in use", migrate.Errors[0], StringComparison.Ordinal);
        ProcessRun import = await DbAsync(1, "import", "--url", url);
        Assert.Contains("in use", import.Errors[0], StringComparison.Ordinal);
    }

    private static async Task MoveAsync(bool isCrash, string target)
    {
        await using ConfiguredBroker first = await StartAsync();
        await LeaveStateAsync(first.Port);
        if (isCrash) await first.Process.KillAsync();
        else await first.Process.StopAsync();
        string export = first.Folder.File("export.jsonl");
        await DbAsync(0, "verify", "--url", StoreOf(first));
        await DbAsync(0, "export", export, "--url", StoreOf(first));
        await DbAsync(0, "import", export, "--url", target);
        await DbAsync(0, "verify", "--url", target);

        await using ConfiguredBroker second = await ConfiguredBroker.StartOpenAsync($"persistence_url {target}\nwill_grace 6");
        await ExpectStateAsync(second.Port, isCrash);
    }

    private static Task<ConfiguredBroker> StartAsync() => ConfiguredBroker.StartAsync((port, folder) =>
        $"listener {port} 127.0.0.1\nallow_anonymous true\npersistence_url sqlite://{folder.File("broker.db")}\n");

    private static string StoreOf(ConfiguredBroker broker) => "sqlite://" + broker.Folder.File("broker.db");

    /// <summary>A reader in the middle of its messages, a client with a will, a publisher between PUBREC and PUBREL.</summary>
    private static async Task LeaveStateAsync(int port)
    {
        TestClient mortal = await TestClient.OverTcpAsync(port, ProtocolVersion.Mqtt50);
        await mortal.ConnectAsync("mortal", packet => packet with
        {
            CleanStart = false,
            SessionExpiryIntervalSeconds = 3600,
            Will = new WillMessage { Topic = "wills/mortal", Payload = "gone"u8.ToArray(), Qos = QualityOfService.AtLeastOnce },
        });
        await using TestClient publisher = await TestClient.OverTcpAsync(port, ProtocolVersion.Mqtt50);
        await publisher.ConnectAsync("publisher");
        await using (TestClient reader = await TestClient.OverTcpAsync(port, ProtocolVersion.Mqtt50))
        {
            await reader.ConnectPersistentAsync("reader");
            await reader.SubscribeAsync("jobs/#", QualityOfService.ExactlyOnce);
            await publisher.PublishAndCompleteAsync(new OutgoingPublish("jobs/1", "one", QualityOfService.ExactlyOnce));
            await publisher.PublishAndCompleteAsync(new OutgoingPublish("jobs/2", "two", QualityOfService.AtLeastOnce));
            ReceivedPublish one = await reader.ExpectPublishAsync("jobs/1", "one");
            await reader.ExpectPublishAsync("jobs/2", "two");
            await reader.AcknowledgeAsync(PacketType.PubRec, one.PacketId);
            await reader.ExpectAckAsync(PacketType.PubRel, one.PacketId);
            await reader.DisconnectAsync();
        }
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("jobs/3", "three", QualityOfService.AtLeastOnce));
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("jobs/4", "", QualityOfService.ExactlyOnce)
        {
            Payload = [0xFF, 0x00, 0x80],
            Properties = "03 00 04 'text'",
        });
        await publisher.PublishAndCompleteAsync(
            new OutgoingPublish("state", "on", QualityOfService.AtLeastOnce) { Retain = true });
        await mortal.PublishAsync(new OutgoingPublish("nobody", "x", QualityOfService.ExactlyOnce) { PacketId = 77 });
        Assert.Equal(77, (await mortal.ReadAsync<AckPacket>()).PacketId);
    }

    private static async Task ExpectStateAsync(int port, bool isCrash)
    {
        await using TestClient watcher = await TestClient.OverTcpAsync(port, ProtocolVersion.Mqtt50);
        await watcher.ConnectAsync("watcher");
        await watcher.SubscribeAsync("state", QualityOfService.AtLeastOnce);
        Assert.True((await watcher.ExpectPublishAsync("state", "on")).Retain);
        await watcher.SubscribeAsync("wills/#");
        if (isCrash) await watcher.ExpectPublishAsync("wills/mortal", "gone");

        await using TestClient mortal = await TestClient.OverTcpAsync(port, ProtocolVersion.Mqtt50);
        ConnAckPacket back = await mortal.ConnectAsync("mortal", packet => packet with
        {
            CleanStart = false, SessionExpiryIntervalSeconds = 3600,
        });
        Assert.True(back.SessionPresent);
        await mortal.AcknowledgeAsync(PacketType.PubRel, 77);
        await mortal.ExpectAckAsync(PacketType.PubComp, 77);

        await using TestClient reader = await TestClient.OverTcpAsync(port, ProtocolVersion.Mqtt50);
        Assert.True((await reader.ConnectPersistentAsync("reader")).SessionPresent);
        await reader.ExpectAckAsync(PacketType.PubRel, 1);
        await reader.AcknowledgeAsync(PacketType.PubComp, 1);
        ReceivedPublish two = await reader.ReceiveAndCompleteAsync();
        Assert.Equal(("two", true, (ushort)2), (two.Text, two.Dup, two.PacketId));
        ReceivedPublish three = await reader.ExpectPublishAsync("jobs/3", "three");
        ReceivedPublish four = await reader.ReadAsync<ReceivedPublish>();
        Assert.Equal((false, (ushort)3, (ushort)4), (three.Dup, three.PacketId, four.PacketId));
        Assert.Equal([0xFF, 0x00, 0x80], four.Payload);
        Assert.Equal(("text", QualityOfService.ExactlyOnce), (four.ContentType, four.Qos));
    }

    private static async Task<ProcessRun> DbAsync(int exitCode, params string[] arguments)
    {
        (string fileName, string[] first) = BrokerProcess.Command;
        ProcessRun run = await ProcessRun.OfAsync(fileName, [.. first, "db", .. arguments]);
        Assert.True(run.ExitCode == exitCode, run.ToString());
        return run;
    }
}
