using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>MQTT 3.1.1 sections 3.12 and 3.13.</summary>
public sealed class PingTests
{
    [Fact, Spec("MQTT-3.12.4-1")]
    public async Task PINGREQ_FromClient_Valid_IsAnsweredWithPingResp()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync("c0 00 c0 00 c0 00");

        await client.ExpectBytesAsync("d0 00");
        await client.ExpectBytesAsync("d0 00");
        await client.ExpectBytesAsync("d0 00");
    }

    // Not a word of the standard, but a client may take it for a fence, as the tests here do. What it publishes to itself is so
    // much that it is sent before the rest of what was read is handled.
    [Fact]
    public async Task PINGREQ_FromClient_BehindPublish_IsAnsweredBehindItsPubAck()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a");

        string toItself = string.Concat(Enumerable.Repeat("30 04 00 01 'a' 'x'", 200));
        await client.SendBytesAsync($"32 06 00 01 'b' 00 01 'x' c0 00 {toItself}");

        while (await client.ReadAsync<object>() is var packet and not AckPacket) Assert.IsType<ReceivedPublish>(packet);
    }
}
