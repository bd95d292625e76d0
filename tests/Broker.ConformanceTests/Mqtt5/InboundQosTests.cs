using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>QoS 1 and 2 from a publisher to the broker (MQTT 5.0 sections 3.4 to 3.7 and 4.3).</summary>
public sealed class InboundQosTests
{
    [Fact, Spec("MQTT-4.3.2-4"), Spec("MQTT-3.3.4-1"), Spec("MQTT-2.2.1-5"), Spec("MQTT-3.4.2-1")]
    public async Task PUBLISH_FromClient_Qos1_PubackInItsShortestForm()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("a");
        await client.SendBytesAsync("32 06 00 01 'a' 12 34 00");
        await client.ExpectBytesAsync("40 02 12 34");
        await client.ExpectPublishAsync("a", "");
    }

    [Fact, Spec("MQTT-3.4.2-1"), Spec("MQTT-3.5.2-1")]
    public async Task PUBLISH_FromClient_NobodySubscribes_AcknowledgedWithNoMatchingSubscribers()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendBytesAsync("32 06 00 01 'a' 00 01 00 | 34 06 00 01 'a' 00 02 00");
        await client.ExpectBytesAsync("40 03 00 01 10");
        await client.ExpectBytesAsync("50 03 00 02 10");
    }

    [Fact, Spec("MQTT-4.3.3-8"), Spec("MQTT-4.3.3-11"), Spec("MQTT-2.2.1-5"), Spec("MQTT-3.7.2-1"), Spec("MQTT-3.3.4-1")]
    public async Task PUBLISH_FromClient_Qos2_PubrecThenPubcomp()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("b");
        await client.SendBytesAsync("34 06 00 01 'b' 12 34 00");
        await client.ExpectBytesAsync("50 02 12 34");
        await client.ExpectPublishAsync("b", "");
        await client.SendBytesAsync("62 02 12 34");
        await client.ExpectBytesAsync("70 02 12 34");
    }

    // Any number of times, and whatever DUP says.
    [Theory, Spec("MQTT-4.3.3-10")]
    [Demand("B1"), Demand("B2")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PUBLISH_FromClient_Qos2RepeatedBeforePubrel_AnsweredEachTimeAndDeliveredOnce(bool dup)
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        TestClient client = await broker.ConnectV5Async("c");
        for (int i = 0; i < 4; i++)
        {
            await client.PublishAsync(new OutgoingPublish("a", "x", ExactlyOnce) { PacketId = 7, Dup = dup && i > 0 });
            await client.ExpectAckAsync(PacketType.PubRec, 7);
        }
        await subscriber.ExpectPublishAsync("a", "x");
        await subscriber.ExpectNothingAsync();
    }

    // The first try never arrived, so the one with DUP is the first.
    [Fact, Spec("MQTT-4.3.3-8")]
    [Demand("B2")]
    public async Task PUBLISH_FromClient_Qos2WithDupThatWasNeverSeen_IsDelivered()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        TestClient client = await broker.ConnectV5Async("c");
        await client.PublishAsync(new OutgoingPublish("a", "x", ExactlyOnce) { PacketId = 7, Dup = true });
        await client.ExpectAckAsync(PacketType.PubRec, 7);
        await subscriber.ExpectPublishAsync("a", "x");
    }

    [Fact, Spec("MQTT-4.3.3-12")]
    public async Task PUBLISH_FromClient_Qos2IdUsedAgainAfterPubcomp_IsANewMessage()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        TestClient client = await broker.ConnectV5Async("c");
        await client.PublishAndCompleteAsync(new OutgoingPublish("a", "1", ExactlyOnce) { PacketId = 7 });
        await client.PublishAndCompleteAsync(new OutgoingPublish("a", "2", ExactlyOnce) { PacketId = 7 });
        await subscriber.ExpectPublishAsync("a", "1");
        await subscriber.ExpectPublishAsync("a", "2");
    }

    [Fact, Spec("MQTT-4.3.2-5"), Spec("MQTT-3.3.1-3")]
    public async Task PUBLISH_FromClient_Qos1IdUsedAgainAfterPuback_IsANewMessageAndDupIsNotPassedOn()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        TestClient client = await broker.ConnectV5Async("c");
        await client.PublishAndCompleteAsync(new OutgoingPublish("a", "1", AtLeastOnce) { PacketId = 7 });
        await client.PublishAndCompleteAsync(new OutgoingPublish("a", "1", AtLeastOnce) { PacketId = 7, Dup = true });
        await subscriber.ExpectPublishAsync("a", "1");
        Assert.False((await subscriber.ExpectPublishAsync("a", "1")).Dup);
    }

    // The ids that were received are state of the session, not of the connection.
    [Fact, Spec("MQTT-4.3.3-10"), Spec("MQTT-4.4.0-1")]
    [Demand("B3")]
    public async Task PUBLISH_FromClient_Qos2RepeatedOnANewConnection_IsNotDeliveredTwice()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        TestClient client = await broker.ResumeAsync("c");
        await client.PublishAsync(new OutgoingPublish("a", "x", ExactlyOnce) { PacketId = 7 });
        await client.ExpectAckAsync(PacketType.PubRec, 7);
        await client.DisconnectAsync();
        TestClient back = await broker.ResumeAsync("c");
        await back.PublishAsync(new OutgoingPublish("a", "x", ExactlyOnce) { PacketId = 7, Dup = true });
        await back.ExpectAckAsync(PacketType.PubRec, 7);
        await subscriber.ExpectPublishAsync("a", "x");
        await subscriber.ExpectNothingAsync();
    }

    // PUBREL for an id of the resumed session is a success, not 0x92.
    [Fact, Spec("MQTT-4.3.3-11")]
    [Demand("B4"), Demand("B5")]
    public async Task PUBREL_FromClient_OnANewConnectionOfItsSession_PubcompSaysSuccess()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ResumeAsync("c");
        await client.PublishAsync(new OutgoingPublish("a", "x", ExactlyOnce) { PacketId = 7 });
        await client.ReadAsync<AckPacket>();
        await client.DisconnectAsync();
        TestClient back = await broker.ResumeAsync("c");
        await back.AcknowledgeAsync(PacketType.PubRel, 7);
        await back.ExpectAckAsync(PacketType.PubComp, 7);
    }

    [Fact, Spec("MQTT-4.3.3-11"), Spec("MQTT-3.7.2-1")]
    public async Task PUBREL_FromClient_UnknownId_PubcompSaysPacketIdentifierNotFound()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.AcknowledgeAsync(PacketType.PubRel, 99);
        await client.ExpectBytesAsync("70 03 00 63 92");
        await client.PingFenceAsync();
    }

    [Fact, Spec("MQTT-3.1.2-4")]
    public async Task PUBLISH_FromClient_Qos2IdOfADiscardedSession_IsANewMessage()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        TestClient client = await broker.ResumeAsync("c");
        await client.PublishAsync(new OutgoingPublish("a", "1", ExactlyOnce) { PacketId = 7 });
        await client.ExpectAckAsync(PacketType.PubRec, 7);
        TestClient anew = await broker.ConnectV5Async("c");
        await anew.PublishAsync(new OutgoingPublish("a", "2", ExactlyOnce) { PacketId = 7 });
        await anew.ExpectAckAsync(PacketType.PubRec, 7);
        await subscriber.ExpectPublishAsync("a", "1");
        await subscriber.ExpectPublishAsync("a", "2");
    }

    [Theory, Spec("MQTT-3.4.2-1"), Spec("MQTT-3.5.2-1")]
    [InlineData(AtLeastOnce, PacketType.PubAck)]
    [InlineData(ExactlyOnce, PacketType.PubRec)]
    public async Task PUBLISH_FromClient_PayloadAboveMessageSizeLimit_RefusedAndCounted(QualityOfService qos, PacketType answer)
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { PayloadBytesMax = 3 });
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("a");
        ushort packetId = await client.PublishAsync(new OutgoingPublish("a", "four", qos));
        await client.ExpectAckAsync(answer, packetId, ReasonCode.ImplementationSpecificError);
        await client.PublishAsync(new OutgoingPublish("a", "two"));
        await client.ExpectPublishAsync("a", "two");
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.PayloadTooLarge));
    }

    [Fact, Spec("MQTT-4.3.3-9")]
    public async Task PUBLISH_FromClient_Qos2IdUsedAgainAfterARefusal_IsANewMessage()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { PayloadBytesMax = 3 });
        TestClient subscriber = await SubscribedAsync(broker);
        TestClient client = await broker.ConnectV5Async("c");
        await client.PublishAsync(new OutgoingPublish("a", "four", ExactlyOnce) { PacketId = 7 });
        await client.ExpectAckAsync(PacketType.PubRec, 7, ReasonCode.ImplementationSpecificError);
        await client.PublishAndCompleteAsync(new OutgoingPublish("a", "two", ExactlyOnce) { PacketId = 7 });
        await subscriber.ExpectPublishAsync("a", "two");
    }

    [Fact, Spec("MQTT-4.6.0-5"), Spec("MQTT-4.6.0-6")]
    public async Task PUBLISH_FromServer_ManyMessagesOfOneTopic_ArriveInTheOrderTheyCame()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        TestClient client = await broker.ConnectV5Async("c");
        for (int i = 0; i < 100; i++) await client.PublishAndCompleteAsync(new OutgoingPublish("a", $"{i}", AtLeastOnce));
        for (int i = 0; i < 100; i++) Assert.Equal($"{i}", (await subscriber.ReceiveAndCompleteAsync()).Text);
    }

    [Fact, Spec("MQTT-4.6.0-2"), Spec("MQTT-4.6.0-3")]
    public async Task ACK_FromServer_SeveralPublishesInOneSegment_InTheirOrder()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendBytesAsync("32 06 00 01 'a' 00 05 00 | 34 06 00 01 'a' 00 03 00 | 32 06 00 01 'a' 00 04 00");
        await client.SendBytesAsync("34 06 00 01 'a' 00 02 00");
        await client.ExpectAckAsync(PacketType.PubAck, 5, ReasonCode.NoMatchingSubscribers);
        await client.ExpectAckAsync(PacketType.PubRec, 3, ReasonCode.NoMatchingSubscribers);
        await client.ExpectAckAsync(PacketType.PubAck, 4, ReasonCode.NoMatchingSubscribers);
        await client.ExpectAckAsync(PacketType.PubRec, 2, ReasonCode.NoMatchingSubscribers);
    }

    private static async Task<TestClient> SubscribedAsync(TestBroker broker)
    {
        TestClient subscriber = await broker.ConnectV5Async("s");
        await subscriber.SubscribeAsync("a", ExactlyOnce);
        return subscriber;
    }
}
