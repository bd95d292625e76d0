using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Keep alive and PINGREQ (MQTT 5.0 sections 3.1.2.10, 3.2.2.3.14 and 3.12).</summary>
public sealed class KeepAliveTests
{
    [Fact, Spec("MQTT-3.12.4-1")]
    public async Task PINGREQ_FromClient_Any_AnsweredByPingresp()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendBytesAsync("c0 00 c0 00");
        await client.ExpectBytesAsync("d0 00");
        await client.ExpectBytesAsync("d0 00");
    }

    [Fact, Spec("MQTT-3.1.2-22")]
    public async Task CONNECTION_InServer_SilentForOneAndAHalfKeepAlive_DisconnectsWithKeepAliveTimeout()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c", packet => packet with { KeepAliveSeconds = 10 });
        broker.Advance(TimeSpan.FromSeconds(18));
        await client.ExpectDisconnectAsync(ReasonCode.KeepAliveTimeout);
    }

    [Fact, Spec("MQTT-3.1.2-22"), Spec("MQTT-3.2.2-22")]
    public async Task CONNECTION_InServer_SilentForLessThanOneAndAHalfKeepAlive_StaysOpen()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c", packet => packet with { KeepAliveSeconds = 10 });
        for (int i = 0; i < 5; i++)
        {
            broker.Advance(TimeSpan.FromSeconds(14));
            await client.PingFenceAsync();
        }
    }

    [Fact, Spec("MQTT-3.1.2-22")]
    public async Task CONNECTION_InServer_OnlyHears_SilentAllTheSame()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c", packet => packet with { KeepAliveSeconds = 4 });
        await client.SubscribeAsync("a");
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 5; i++)
        {
            broker.Advance(TimeSpan.FromSeconds(1));
            await publisher.TellAsync("a", "tick");
            await client.ExpectPublishAsync("a", "tick");
        }
        broker.Advance(TimeSpan.FromSeconds(4));
        await client.ExpectDisconnectAsync(ReasonCode.KeepAliveTimeout);
    }

    [Fact]
    public async Task CONNECTION_InServer_KeepAliveZero_MayBeSilentForEver()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        broker.Advance(TimeSpan.FromHours(1));
        await client.PingFenceAsync();
    }

    [Theory, Spec("MQTT-3.1.2-21"), Spec("MQTT-3.2.2-21")]
    [InlineData(0)]
    [InlineData(61)]
    [InlineData(65535)]
    [Directive("max_keepalive")]
    public async Task CONNECT_FromClient_KeepAliveAboveMaximum_ServerKeepAliveIsToldAndUsed(int asked)
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { KeepAliveSecondsMax = 60 });
        TestClient client = broker.OpenV5();
        ConnAckPacket answer = await client.ConnectAsync("c", packet => packet with { KeepAliveSeconds = (ushort)asked });
        Assert.Equal((ushort)60, answer.ServerKeepAliveSeconds);
        broker.Advance(TimeSpan.FromSeconds(93));
        await client.ExpectDisconnectAsync(ReasonCode.KeepAliveTimeout);
    }

    [Fact, Spec("MQTT-3.2.2-22")]
    public async Task CONNECT_FromClient_KeepAliveBelowMaximum_ServerKeepAliveIsAbsent()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { KeepAliveSecondsMax = 60 });
        ConnAckPacket answer = await broker.OpenV5().ConnectAsync("c", packet => packet with { KeepAliveSeconds = 60 });
        Assert.Null(answer.ServerKeepAliveSeconds);
    }

    [Fact, Spec("MQTT-3.1.2-22"), Spec("MQTT-3.1.2-8")]
    public async Task CONNECTION_InServer_KeepAliveTimeout_PublishesTheWill()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await broker.ConnectV5Async("w");
        await watcher.SubscribeAsync("will", AtMostOnce);
        WillMessage will = Mqtt5Clients.Will("will", "gone");
        await broker.ConnectV5Async("c", packet => packet with { KeepAliveSeconds = 1, Will = will });
        broker.Advance(TimeSpan.FromSeconds(4));
        await watcher.ExpectPublishAsync("will", "gone");
    }
}
