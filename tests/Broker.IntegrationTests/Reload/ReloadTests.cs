using System.Globalization;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Reload;

/// <summary>SIGHUP: all of what is new, or nothing.</summary>
public sealed class ReloadTests
{
    [Fact]
    [Directive("max_packet_size"), Directive("max_qos")]
    public async Task Limits_hold_for_those_who_come_after_it()
    {
        await using ReloadedBroker broker = await ReloadedBroker.StartOpenAsync();
        await using TestClient before = await ConnectAsync(broker, "before", 2_000_000, 2);

        broker.Write("max_packet_size 1000\nmax_qos 1\nmax_connections 2");
        await broker.ReloadAsync();

        await using TestClient after = await ConnectAsync(broker, "after", 1000, 1);
        await before.PingFenceAsync();
        await using TestClient third = await TestClient.OverTcpAsync(broker.Port);
        await third.ExpectEndAsync();
    }

    [Fact]
    [Demand("G10")]
    public async Task One_wrong_line_changes_nothing_and_is_named_with_its_place()
    {
        await using ReloadedBroker broker = await ReloadedBroker.StartOpenAsync();

        broker.Write("max_packet_size 1000\nmax_qos seven");
        await broker.ReloadInVainAsync();

        await broker.Log.WaitForAsync("Error: 'max_qos' value not a number.");
        await broker.Log.WaitForAsync($"{broker.Config}:4:9: error: ");
        await using TestClient client = await ConnectAsync(broker, "client", 2_000_000, 2);
        broker.Write("max_packet_size 1000\nmax_qos 1");
        await broker.ReloadAsync();
        await using TestClient after = await ConnectAsync(broker, "after", 1000, 1);
    }

    [Fact]
    public async Task What_needs_a_restart_is_named_and_the_rest_is_taken()
    {
        await using ReloadedBroker broker = await ReloadedBroker.StartOpenAsync();

        broker.WriteWhole($"""
            listener {broker.Port}
            socket_domain ipv4
            allow_anonymous true
            max_packet_size 1000
            listener 1 127.0.0.1
            pid_file /tmp/other.pid
            persistence true

            """);
        await broker.ReloadAsync();

        const string Later = "it takes effect at the next start.";
        await broker.Log.WaitForAsync(
            $"'listener {broker.Port} 127.0.0.1': the address was changed in the configuration; {Later}");
        await broker.Log.WaitForAsync($"'socket_domain' was changed in the configuration; {Later}");
        await broker.Log.WaitForAsync("'listener 1 127.0.0.1' is new in the configuration; it is opened at the next start.");
        await broker.Log.WaitForAsync($"'pid_file' was changed in the configuration; {Later}");
        await broker.Log.WaitForAsync($"'persistence' was changed in the configuration; {Later}");
        await using TestClient after = await ConnectAsync(broker, "after", 1000, 2);
    }

    [Fact]
    [Directive("log_dest"), Directive("log_type")]
    public async Task Log_types_and_destinations_are_taken()
    {
        await using ReloadedBroker broker = await ReloadedBroker.StartOpenAsync();
        string file = broker.Folder.File("broker.log");

        broker.Write($"log_dest stderr\nlog_dest file {file}\nlog_type all");
        await broker.ReloadAsync();

        await using TestClient client = await ConnectAsync(broker, "logged", 2_000_000, 2);
        await client.SubscribeAsync("some/topic");
        await broker.Log.WaitForAsync("some/topic");
        Assert.Contains("New client connected from", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        string moved = broker.Folder.File("broker.log.1");
        File.Move(file, moved);
        await broker.ReloadAsync();
        Assert.Contains("Reloading config.", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_file_that_cannot_be_opened_changes_nothing()
    {
        await using ReloadedBroker broker = await ReloadedBroker.StartOpenAsync();

        broker.Write("log_dest file /no/such/folder/log\nmax_packet_size 1000");
        await broker.ReloadInVainAsync();

        await broker.Log.WaitForAsync("Unable to open log file /no/such/folder/log: its folder does not exist.");
        await using TestClient client = await ConnectAsync(broker, "client", 2_000_000, 2);
    }

    [Fact]
    public async Task Reloads_under_load_cost_nobody_a_message_and_absent_sessions_stay_routable()
    {
        await using ReloadedBroker broker = await ReloadedBroker.StartAsync(it =>
            $"listener {it.Port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {it.Folder.Path}/\n"
            + "max_queued_messages 0\n");
        await using (TestClient absent = await TestClient.OverTcpAsync(broker.Port))
        {
            await absent.ConnectPersistentAsync("absent");
            await absent.SubscribeAsync("load/#", QualityOfService.AtLeastOnce);
            await absent.DisconnectAsync();
        }
        await using TestClient reader = await TestClient.OverTcpAsync(broker.Port);
        await reader.ConnectAsync("reader");
        await reader.SubscribeAsync("load/#", QualityOfService.AtLeastOnce);
        await using TestClient writer = await TestClient.OverTcpAsync(broker.Port);
        await writer.ConnectAsync("writer");

        const int Count = 2000;
        Task written = WriteAsync(writer, Count);
        Task read = ReadAsync(reader, Count);
        for (int i = 0; i < 5; i++)
        {
            broker.Write(string.Create(CultureInfo.InvariantCulture, $"max_inflight_messages {10 + i}"));
            await broker.ReloadAsync();
        }
        await written;
        await read;
        await writer.PublishAndCompleteAsync(new OutgoingPublish("load/after", "last") { Qos = QualityOfService.AtLeastOnce });
        await using TestClient back = await TestClient.OverTcpAsync(broker.Port);
        await back.ConnectPersistentAsync("absent");
        await ReadAsync(back, Count);
        await back.ExpectPublishAsync("load/after", "last");
    }

    [Fact]
    public async Task A_broker_that_nohup_started_reloads_as_well()
    {
        using TemporaryFolder folder = new();
        folder.OpenToAll();
        string file = folder.Write("mosquitto.conf", $"listener {FreePorts.Take()} 127.0.0.1\nallow_anonymous true\n");
        (string program, string[] first) = BrokerProcess.Command;
        await using ChildProcess broker = ChildProcess.Start("nohup", [program, .. first, "-c", file]);
        await broker.Lines.WaitForAsync(
            line => line.EndsWith(" running", StringComparison.Ordinal), "the line that it is running");

        broker.Signal(1);

        await broker.Lines.WaitForAsync("Config reloaded from ");
    }

    [Fact]
    public async Task SIGUSR2_prints_the_subscriptions()
    {
        await using ReloadedBroker broker = await ReloadedBroker.StartOpenAsync();
        await using TestClient client = await ConnectAsync(broker, "printed", 2_000_000, 2);
        await client.SubscribeAsync("room/+/light", QualityOfService.AtLeastOnce);

        broker.Process.PrintSubscriptions();

        await broker.Log.WaitForAsync(line => line == "      light (printed, 1)", "the line of the subscription");
    }

    private static async Task<TestClient> ConnectAsync(ReloadedBroker broker, string id, uint packetBytesMax, int maximumQos)
    {
        TestClient client = await TestClient.OverTcpAsync(broker.Port, ProtocolVersion.Mqtt50);
        ConnAckPacket answer = await client.ConnectAsync(id);
        Assert.Equal(packetBytesMax, answer.MaximumPacketSize);
        Assert.Equal(maximumQos, (int)(answer.MaximumQos ?? QualityOfService.ExactlyOnce));
        return client;
    }

    private static async Task WriteAsync(TestClient writer, int count)
    {
        for (int i = 0; i < count; i++)
            await writer.PublishAndCompleteAsync(new OutgoingPublish("load/a", $"{i}") { Qos = QualityOfService.AtLeastOnce });
    }

    private static async Task ReadAsync(TestClient reader, int count)
    {
        for (int i = 0; i < count; i++)
            Assert.Equal($"{i}", (await reader.ReceiveAndCompleteAsync()).Text);
    }
}
