using Broker.TestKit;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>MQTT 3.1.1 section 3.1.2.10.</summary>
public sealed class KeepAliveTests
{
    [Fact, Spec("MQTT-3.1.2-24")]
    public async Task CONNECTION_FromClient_SilentForOneAndAHalfKeepAlives_IsClosed()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client", with: packet => packet with { KeepAliveSeconds = 10 });

        broker.Advance(TimeSpan.FromSeconds(14));
        await client.PingFenceAsync();
        broker.Advance(TimeSpan.FromSeconds(14));
        await client.PingFenceAsync();
        broker.Advance(TimeSpan.FromSeconds(17));

        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.1.2-24")]
    public async Task CONNECTION_FromClient_KeepAliveZero_MayBeSilentForEver()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client", with: packet => packet with { KeepAliveSeconds = 0 });

        broker.Advance(TimeSpan.FromDays(2));

        await client.PingFenceAsync();
    }

    [Fact, Spec("MQTT-3.1.2-24")]
    public async Task CONNECTION_FromClient_AnyPacketWithinTheTime_KeepsItOpen()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client", with: packet => packet with { KeepAliveSeconds = 2 });

        for (int i = 0; i < 10; i++)
        {
            broker.Advance(TimeSpan.FromSeconds(2));
            await client.PublishAndCompleteAsync(new("a", "x", Protocol.QualityOfService.AtLeastOnce));
        }

        await client.PingFenceAsync();
    }
}
