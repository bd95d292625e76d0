using Broker.IntegrationTests.Fixtures;
using Broker.Protocol;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Faults;

/// <summary>
/// A broker that the system does not run for a while: by SIGSTOP, a debugger, a frozen container, a moved machine.
/// </summary>
public sealed class StandstillTests : IAsyncLifetime
{
    // Two are acknowledged before, of the rest nobody knows.
    private const int Messages = 200;

    private ConfiguredBroker _broker = null!;

    public async Task InitializeAsync() => _broker = await ConfiguredBroker.StartAsync((port, folder) =>
        $"listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {folder.Path}/\n"
        + "max_queued_messages 0\n");

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task Who_spoke_meanwhile_stays_who_did_not_goes_and_all_that_is_acknowledged_is_there()
    {
        await LeaveSubscribedAsync();
        await using TestClient alive = await ConnectAsync("alive", keepAliveSeconds: 1);
        await using TestClient dead = await ConnectAsync("dead", keepAliveSeconds: 1);
        await using TestClient publisher = await ConnectAsync("publisher", keepAliveSeconds: 1);
        for (int i = 0; i < 2; i++) await publisher.PublishAndCompleteAsync(Message(i));
        List<ushort> sent = [];
        for (int i = 2; i < Messages / 2; i++) sent.Add(await publisher.PublishAsync(Message(i)));

        _broker.Process.Suspend();
        // Into the kernel's buffers, where they wait.
        for (int i = Messages / 2; i < Messages; i++) sent.Add(await publisher.PublishAsync(Message(i)));
        await alive.PingAsync();
        await ProcessRun.OfAsync("sleep", ["7"]);
        await alive.PingAsync();
        _broker.Process.Resume();

        for (int i = 0; i < 2; i++) await alive.ReadFrameAsync();
        foreach (ushort packetId in sent) await publisher.ExpectAckAsync(PacketType.PubAck, packetId);
        await alive.PingFenceAsync();
        await publisher.PingFenceAsync();
        await _broker.Process.Log.WaitForAsync("This process was not run for ");
        await dead.ExpectClosedAsync();
        await _broker.Process.Log.WaitForAsync("Client dead has exceeded timeout, disconnecting.");
        await _broker.Process.KillAsync();
        await using BrokerProcess again = await BrokerProcess.StartAsync(_broker.Folder.File("mosquitto.conf"));
        await again.Log.WaitForAsync($"Loaded 1 sessions, 1 subscriptions, {Messages} queued");
    }

    private static OutgoingPublish Message(int number) => new("jobs", $"{number}", QualityOfService.AtLeastOnce);

    private async Task<TestClient> ConnectAsync(string clientId, ushort keepAliveSeconds)
    {
        TestClient client = await TestClient.OverTcpAsync(_broker.Port);
        await client.ConnectAsync(clientId, packet => packet with { KeepAliveSeconds = keepAliveSeconds });
        return client;
    }

    private async Task LeaveSubscribedAsync()
    {
        await using TestClient reader = await TestClient.OverTcpAsync(_broker.Port);
        await reader.ConnectPersistentAsync("reader");
        await reader.SubscribeAsync("jobs", QualityOfService.AtLeastOnce);
        await reader.DisconnectAsync();
    }
}
