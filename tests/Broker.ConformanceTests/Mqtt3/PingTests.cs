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
}
