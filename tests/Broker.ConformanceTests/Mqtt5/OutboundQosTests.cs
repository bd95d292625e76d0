using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>QoS 1 and 2 from the broker to a subscriber, on one connection (MQTT 5.0 sections 4.3 and 4.6).</summary>
public sealed class OutboundQosTests
{
    [Fact, Spec("MQTT-4.3.1-1"), Spec("MQTT-2.2.1-2"), Spec("MQTT-3.3.1-2")]
    public async Task PUBLISH_FromServer_Qos0_NoPacketIdAndNoDup()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("a");
        await client.SendBytesAsync("30 05 00 01 'a' 00 'x'");
        await client.ExpectBytesAsync("30 05 00 01 'a' 00 'x'");
    }

    [Fact, Spec("MQTT-4.3.2-1"), Spec("MQTT-4.3.2-2"), Spec("MQTT-2.2.1-4"), Spec("MQTT-4.3.3-1"), Spec("MQTT-4.3.3-2")]
    public async Task PUBLISH_FromServer_Qos1And2_PacketIdsCountFromOne()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", AtLeastOnce));
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "y", ExactlyOnce));
        await subscriber.ExpectBytesAsync("32 07 00 01 'a' 00 01 00 'x'");
        await subscriber.ExpectBytesAsync("34 07 00 01 'a' 00 02 00 'y'");
    }

    [Fact, Spec("MQTT-4.4.0-1"), Spec("MQTT-4.3.2-3")]
    public async Task PUBLISH_FromServer_NeverAcknowledged_IsNotRepeatedOnTheSameConnection()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", AtLeastOnce));
        await subscriber.ExpectPublishAsync("a", "x");
        broker.Advance(TimeSpan.FromMinutes(10));
        await subscriber.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-4.3.3-4"), Spec("MQTT-3.6.2-1"), Spec("MQTT-2.2.1-5")]
    public async Task PUBREC_FromClient_Success_PubrelWithTheSameId()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        await DeliverAsync(broker, subscriber);
        await subscriber.SendBytesAsync("50 02 00 01");
        await subscriber.ExpectBytesAsync("62 02 00 01");
        await subscriber.SendBytesAsync("70 02 00 01");
        await subscriber.ExpectNothingAsync();
        Assert.Equal(0, Queued(broker));
    }

    [Fact, Spec("MQTT-4.3.3-6")]
    public async Task PUBREC_FromClient_Repeated_PubrelIsRepeatedAndPublishIsNot()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        await DeliverAsync(broker, subscriber);
        for (int i = 0; i < 3; i++)
        {
            await subscriber.AcknowledgeAsync(PacketType.PubRec, 1);
            await subscriber.ExpectAckAsync(PacketType.PubRel, 1);
        }
        await subscriber.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-4.4.0-2")]
    public async Task PUBREC_FromClient_Refusal_ExchangeIsOver()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        await DeliverAsync(broker, subscriber);
        await subscriber.AcknowledgeAsync(PacketType.PubRec, 1, ReasonCode.QuotaExceeded);
        await subscriber.ExpectNothingAsync();
        Assert.Equal(0, Queued(broker));
    }

    [Fact, Spec("MQTT-3.6.2-1")]
    public async Task PUBREC_FromClient_UnknownId_PubrelSaysPacketIdentifierNotFound()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.AcknowledgeAsync(PacketType.PubRec, 9);
        await client.ExpectBytesAsync("62 03 00 09 92");
    }

    [Theory]
    [InlineData(PacketType.PubAck)]
    [InlineData(PacketType.PubComp)]
    public async Task ACK_FromClient_UnknownId_IsPassedOver(PacketType type)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.AcknowledgeAsync(type, 9);
        await client.PingFenceAsync();
    }

    [Theory, Spec("MQTT-4.3.3-3"), Spec("MQTT-4.3.3-5")]
    [InlineData(PacketType.PubAck)]
    [InlineData(PacketType.PubComp)]
    public async Task ACK_FromClient_NotTheOneThatIsAwaited_ProtocolError(PacketType type)
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        await DeliverAsync(broker, subscriber);
        await subscriber.AcknowledgeAsync(type, 1);
        await subscriber.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    // An id is never used for two deliveries at a time.
    [Fact, Spec("MQTT-2.2.1-4")]
    [Demand("B9")]
    public async Task PUBLISH_FromServer_OneDeliveryNeverAnsweredAndManyAfterIt_ItsIdIsNotUsedAgain()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { InflightMessagesMax = 0 });
        TestClient subscriber = await broker.ConnectV5Async("s");
        await subscriber.SubscribeAsync("a", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "stuck", AtLeastOnce));
        Assert.Equal(1, (await subscriber.ExpectPublishAsync("a", "stuck")).PacketId);
        for (int i = 2; i <= 65_534; i++)
        {
            await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "", AtLeastOnce));
            Assert.NotEqual(1, (await subscriber.ReceiveAndCompleteAsync()).PacketId);
        }
        await subscriber.PingFenceAsync();
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "waits", AtLeastOnce));
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "waits too", AtLeastOnce));
        await subscriber.AcknowledgeAsync(PacketType.PubAck, 1);
        await subscriber.ExpectPublishAsync("a", "waits");
        await subscriber.ExpectPublishAsync("a", "waits too");
    }

    private static async Task<TestClient> SubscribedAsync(TestBroker broker)
    {
        TestClient subscriber = await broker.ConnectV5Async("s");
        await subscriber.SubscribeAsync("a", ExactlyOnce);
        return subscriber;
    }

    // Brings one QoS 2 message with packet id 1 to the subscriber.
    private static async Task DeliverAsync(TestBroker broker, TestClient subscriber)
    {
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", ExactlyOnce));
        Assert.Equal(1, (await subscriber.ExpectPublishAsync("a", "x")).PacketId);
    }

    private static int Queued(TestBroker broker) =>
        broker.Engine.Sessions.Registry.TryGet("s", out var session) ? session.QueuedCount : -1;
}
