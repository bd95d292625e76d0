using Broker.TestKit;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>MQTT 3.1.1 section 4.8: what breaks the protocol costs the connection.</summary>
public sealed class ErrorTests
{
    [Theory, Spec("MQTT-4.8.0-1")]
    [InlineData("20 02 00 00")]
    [InlineData("90 03 00 01 00")]
    [InlineData("b0 02 00 01")]
    [InlineData("d0 00")]
    [InlineData("f0 00")]
    [InlineData("40 01 00")]
    [InlineData("62 03 00 01 00")]
    [InlineData("32 04 00 01 'a' 00")]
    public async Task PACKET_FromClient_BreaksTheProtocol_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-4.8.0-1")]
    public async Task PACKET_FromClient_BreaksTheProtocol_CostsNobodyElseAnything()
    {
        await using var broker = new TestBroker();
        TestClient other = await broker.ConnectAsync("other");
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync("f0 00");

        await client.ExpectClosedAsync();
        await other.PingFenceAsync();
    }

    [Fact, Spec("MQTT-4.8.0-2")]
    public async Task PACKET_FromClient_LargerThanTheServerTakes_Closes()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { PacketBytesMax = 100 });
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync("30 64 00 01 'a'");

        await client.ExpectClosedAsync();
    }
}
