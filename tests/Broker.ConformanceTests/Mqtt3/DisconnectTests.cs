using Broker.TestKit;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>MQTT 3.1.1 section 3.14; what becomes of the will is in <see cref="WillTests"/>.</summary>
public sealed class DisconnectTests
{
    [Theory, Spec("MQTT-3.14.1-1")]
    [InlineData("e1 00")]
    [InlineData("e8 00")]
    [InlineData("e0 01 00")]
    public async Task DISCONNECT_FromClient_Malformed_ClosesAndCountsAsNoDisconnect(string wire)
    {
        await using var broker = new TestBroker();
        TestClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("w");
        TestClient client = await broker.ConnectAsync("client", with: packet => packet with { Will = new() { Topic = "w" } });

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
        await watcher.ExpectPublishAsync("w", "");
    }

    [Fact, Spec("MQTT-3.14.4-1"), Spec("MQTT-3.14.4-2")]
    public async Task DISCONNECT_FromClient_FollowedByPackets_TheyAreNotProcessed()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("a");
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync("e0 00 | 30 04 00 01 'a' 'x' | 82 06 00 01 00 01 'a' 00");

        await client.ExpectClosedAsync();
        await watcher.ExpectNothingAsync();
    }

    [Fact]
    public async Task DISCONNECT_FromClient_AfterPublish_ThePublishIsDelivered()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("a");
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync("30 04 00 01 'a' 'x' | e0 00");

        await client.ExpectClosedAsync();
        await watcher.ExpectPublishAsync("a", "x");
    }
}
