using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Receive Maximum in both directions, and the broker's own window (MQTT 5.0 sections 3.3.4 and 4.9).</summary>
public sealed class FlowControlTests
{
    // Strictly, also with a window of one.
    [Theory, Spec("MQTT-3.3.4-9"), Spec("MQTT-4.9.0-1"), Spec("MQTT-4.9.0-2")]
    [Demand("B13")]
    [InlineData(1, 20)]
    [InlineData(3, 20)]
    [InlineData(65_535, 3)]
    [Directive("max_inflight_messages")]
    public async Task PUBLISH_FromServer_ReceiveMaximumAndInflightLimit_TheSmallerIsTheWindow(int receiveMaximum, int inflightMax)
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { InflightMessagesMax = inflightMax });
        TestClient subscriber = await SubscribedAsync(broker, (ushort)receiveMaximum, AtLeastOnce);
        await PublishAsync(broker, AtLeastOnce, 10);
        int window = Math.Min(receiveMaximum, inflightMax);
        Queue<ushort> unanswered = [];
        for (int i = 0; i < 10; i++)
        {
            if (unanswered.Count == window)
            {
                await subscriber.ExpectNothingAsync();
                await subscriber.AcknowledgeAsync(PacketType.PubAck, unanswered.Dequeue());
            }
            unanswered.Enqueue((await subscriber.ExpectPublishAsync("a", $"{i}")).PacketId);
        }
    }

    [Fact, Spec("MQTT-3.3.4-9"), Spec("MQTT-4.9.0-2")]
    [Demand("B13")]
    public async Task PUBLISH_FromServer_Qos2AfterPubrec_PlaceIsFreeOnlyAfterPubcomp()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker, 1, ExactlyOnce);
        await PublishAsync(broker, ExactlyOnce, 2);
        await subscriber.ExpectPublishAsync("a", "0");
        await subscriber.AcknowledgeAsync(PacketType.PubRec, 1);
        await subscriber.ExpectAckAsync(PacketType.PubRel, 1);
        await subscriber.ExpectNothingAsync();
        await subscriber.AcknowledgeAsync(PacketType.PubComp, 1);
        await subscriber.ExpectPublishAsync("a", "1");
    }

    [Fact, Spec("MQTT-3.3.4-9")]
    public async Task PUBREC_FromClient_Refusal_MakesRoomInTheWindow()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker, 1, ExactlyOnce);
        await PublishAsync(broker, ExactlyOnce, 2);
        await subscriber.ExpectPublishAsync("a", "0");
        await subscriber.AcknowledgeAsync(PacketType.PubRec, 1, ReasonCode.UnspecifiedError);
        await subscriber.ExpectPublishAsync("a", "1");
    }

    [Fact, Spec("MQTT-3.3.4-10"), Spec("MQTT-4.9.0-3")]
    public async Task PACKET_FromServer_WindowIsFull_OthersThanQos1And2AreNotHeldBack()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker, 1, AtLeastOnce);
        await PublishAsync(broker, AtLeastOnce, 2);
        await subscriber.ExpectPublishAsync("a", "0");
        await subscriber.PingFenceAsync();
        await subscriber.SubscribeAsync("b");
        await subscriber.PublishAndCompleteAsync(new OutgoingPublish("c", "x", ExactlyOnce));
        await subscriber.PublishAsync(new OutgoingPublish("b", "qos 0"));
        await subscriber.ExpectPublishAsync("b", "qos 0");
        await subscriber.UnsubscribeAsync("b");
    }

    [Fact]
    [Directive("max_inflight_bytes")]
    public async Task PUBLISH_FromServer_InflightBytesLimit_HoldsBackButLetsOneMessagePass()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { InflightBytesMax = 10 });
        TestClient subscriber = await SubscribedAsync(broker, ushort.MaxValue, AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        foreach (string text in (string[])["longer than ten bytes", "second", "third"])
            await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", text, AtLeastOnce));
        await subscriber.ExpectPublishAsync("a", "longer than ten bytes");
        await subscriber.ExpectNothingAsync();
        await subscriber.AcknowledgeAsync(PacketType.PubAck, 1);
        await subscriber.ExpectPublishAsync("a", "second");
        await subscriber.ExpectPublishAsync("a", "third");
    }

    [Theory, Spec("MQTT-3.3.4-7")]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task PUBLISH_FromClient_MoreThanTheReceiveMaximumAtOnce_ReceiveMaximumExceeded(QualityOfService qos)
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { InflightMessagesMax = 3 });
        TestClient client = await broker.ConnectV5Async("c");
        int first = qos == AtLeastOnce ? 0x32 : 0x34;
        await client.SendBytesAsync(string.Concat(
            Enumerable.Range(1, 4).Select(id => $"{first:x2} 06 00 01 'a' 00 {id:x2} 00 ")));
        for (int i = 0; i < 3; i++) await client.ReadAsync<AckPacket>();
        await client.ExpectDisconnectAsync(ReasonCode.ReceiveMaximumExceeded);
    }

    [Fact, Spec("MQTT-3.3.4-7")]
    public async Task PUBLISH_FromClient_Qos2NotReleased_CountsAgainstTheReceiveMaximum()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { InflightMessagesMax = 2 });
        TestClient client = await broker.ConnectV5Async("c");
        for (int i = 0; i < 2; i++)
        {
            await client.PublishAsync(new OutgoingPublish("a", "x", ExactlyOnce));
            await client.ReadAsync<AckPacket>();
        }
        await client.PublishAsync(new OutgoingPublish("a", "x", AtLeastOnce));
        await client.ExpectDisconnectAsync(ReasonCode.ReceiveMaximumExceeded);
    }

    [Fact]
    public async Task PUBLISH_FromClient_RepeatedQos2_CountsOnce()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { InflightMessagesMax = 2 });
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("a");
        for (int i = 0; i < 5; i++)
        {
            await client.PublishAsync(new OutgoingPublish("a", "x", ExactlyOnce) { PacketId = 1, Dup = i > 0 });
            await client.ExpectAckAsync(PacketType.PubRec, 1);
            if (i == 0) await client.ExpectPublishAsync("a", "x");
        }
        await client.PublishAsync(new OutgoingPublish("b", "x", ExactlyOnce) { PacketId = 2 });
        await client.ExpectAckAsync(PacketType.PubRec, 2, ReasonCode.NoMatchingSubscribers);
    }

    [Fact]
    public async Task PUBLISH_FromClient_RefusedQos2_DoesNotCountAgainstTheReceiveMaximum()
    {
        await using var broker =
            TestBroker.WithLimits(limits => limits with { InflightMessagesMax = 1, PayloadBytesMax = 1 });
        TestClient client = await broker.ConnectV5Async("c");
        for (int i = 0; i < 5; i++)
        {
            ushort packetId = await client.PublishAsync(new OutgoingPublish("a", "too long", ExactlyOnce));
            await client.ExpectAckAsync(PacketType.PubRec, packetId, ReasonCode.ImplementationSpecificError);
        }
    }

    // A client that is answered may go on: the count is of unanswered messages, not of messages.
    [Fact]
    public async Task PUBLISH_FromClient_ManyAnsweredOneByOne_NeverExceeds()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { InflightMessagesMax = 1 });
        TestClient client = await broker.ConnectV5Async("c");
        for (int i = 0; i < 20; i++)
            await client.PublishAndCompleteAsync(new OutgoingPublish("a", "x", i % 2 == 0 ? AtLeastOnce : ExactlyOnce));
    }

    // Quotas start anew with each connection: what an earlier one left unreleased must not shut the client out.
    [Fact, Spec("MQTT-4.9.0-1")]
    public async Task PUBLISH_FromClient_ResumedWithUnreleasedIds_HasTheWholeReceiveMaximum()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { InflightMessagesMax = 2 });
        TestClient client = await broker.ResumeAsync("c");
        for (int i = 0; i < 2; i++)
        {
            await client.PublishAsync(new OutgoingPublish("a", "x", ExactlyOnce));
            await client.ReadAsync<AckPacket>();
        }
        await client.DisconnectAsync();
        TestClient back = await broker.ResumeAsync("c");
        await back.PublishAndCompleteAsync(new OutgoingPublish("a", "x", ExactlyOnce) { PacketId = 9 });
    }

    private static async Task<TestClient> SubscribedAsync(TestBroker broker, ushort receiveMaximum, QualityOfService qos)
    {
        TestClient subscriber = await broker.ConnectV5Async("s", packet => packet with { ReceiveMaximum = receiveMaximum });
        await subscriber.SubscribeAsync("a", qos);
        return subscriber;
    }

    private static async Task PublishAsync(TestBroker broker, QualityOfService qos, int count)
    {
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < count; i++) await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", $"{i}", qos));
    }
}
