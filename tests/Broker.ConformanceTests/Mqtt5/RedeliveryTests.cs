using Broker.Diagnostics;
using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>What a session that resumes is sent again (MQTT 5.0 section 4.4).</summary>
public sealed class RedeliveryTests
{
    // The first unanswered message comes again, with DUP and its id.
    [Theory, Spec("MQTT-4.4.0-1"), Spec("MQTT-3.3.1-1"), Spec("MQTT-4.3.2-3"), Spec("MQTT-4.3.3-3")]
    [Demand("A11"), Demand("B7"), Demand("B5")]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task PUBLISH_FromServer_UnansweredBeforeResuming_IsSentAgainWithDupAndItsId(QualityOfService qos)
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker, qos);
        await PublishAsync(broker, qos, 3);
        ushort[] ids = new ushort[3];
        for (int i = 0; i < 3; i++) ids[i] = (await subscriber.ExpectPublishAsync("a", $"{i}")).PacketId;
        await subscriber.DisconnectAsync();

        TestClient back = await broker.ResumeAsync("s");
        for (int i = 0; i < 3; i++)
        {
            ReceivedPublish again = await back.ExpectPublishAsync("a", $"{i}");
            Assert.Equal((true, ids[i], qos), (again.Dup, again.PacketId, again.Qos));
        }
        await back.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-4.4.0-1"), Spec("MQTT-4.3.2-3")]
    public async Task PUBLISH_FromServer_SomeAnsweredBeforeResuming_OnlyTheOthersAreSentAgain()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker, AtLeastOnce);
        await PublishAsync(broker, AtLeastOnce, 4);
        for (int i = 0; i < 4; i++) await subscriber.ExpectPublishAsync("a", $"{i}");
        await subscriber.AcknowledgeAsync(PacketType.PubAck, 2);
        await subscriber.AcknowledgeAsync(PacketType.PubAck, 4);
        await subscriber.DisconnectAsync();
        TestClient back = await broker.ResumeAsync("s");
        Assert.Equal(1, (await back.ExpectPublishAsync("a", "0")).PacketId);
        Assert.Equal(3, (await back.ExpectPublishAsync("a", "2")).PacketId);
        await back.ExpectNothingAsync();
    }

    // PUBREL that is owed is sent again, PUBLISH is not.
    [Fact, Spec("MQTT-4.4.0-1"), Spec("MQTT-4.3.3-5"), Spec("MQTT-4.3.3-6")]
    [Demand("B4"), Demand("B5")]
    public async Task PUBREL_FromServer_OwedBeforeResuming_IsSentAgainInItsPlace()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker, ExactlyOnce);
        await PublishAsync(broker, ExactlyOnce, 3);
        for (int i = 0; i < 3; i++) await subscriber.ExpectPublishAsync("a", $"{i}");
        await subscriber.AcknowledgeAsync(PacketType.PubRec, 2);
        await subscriber.ExpectAckAsync(PacketType.PubRel, 2);
        await subscriber.DisconnectAsync();

        TestClient back = await broker.ResumeAsync("s");
        Assert.Equal(1, (await back.ExpectPublishAsync("a", "0")).PacketId);
        await back.ExpectAckAsync(PacketType.PubRel, 2);
        Assert.Equal(3, (await back.ExpectPublishAsync("a", "2")).PacketId);
        await back.AcknowledgeAsync(PacketType.PubComp, 2);
        await back.ExpectNothingAsync();
    }

    // One order for what was in flight, what waited and what comes meanwhile.
    [Fact, Spec("MQTT-4.6.0-1"), Spec("MQTT-4.6.0-6")]
    [Demand("B12")]
    public async Task PUBLISH_FromServer_BacklogLargerThanTheWindow_AllArriveInOrderAndNewOnesLast()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { InflightMessagesMax = 5 });
        TestClient subscriber = await SubscribedAsync(broker, AtLeastOnce);
        await PublishAsync(broker, AtLeastOnce, 40);
        for (int i = 0; i < 5; i++) await subscriber.ExpectPublishAsync("a", $"{i}");
        await subscriber.DisconnectAsync();

        TestClient back = await broker.ResumeAsync("s");
        TestClient publisher = await broker.ConnectV5Async("p2");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "40", AtLeastOnce));
        for (int i = 0; i <= 40; i++)
        {
            ReceivedPublish message = await back.ReceiveAndCompleteAsync();
            Assert.Equal(($"{i}", i < 5, (ushort)(i + 1)), (message.Text, message.Dup, message.PacketId));
        }
        await back.ExpectNothingAsync();
    }

    // Many in flight when the cable is pulled, and pulled again while they are sent again.
    [Fact, Spec("MQTT-4.4.0-1"), Spec("MQTT-4.6.0-1")]
    [Demand("B10")]
    public async Task PUBLISH_FromServer_ConnectionLostAgainWhileResending_NoneIsLostOrChangesItsPlace()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { InflightMessagesMax = 200 });
        TestClient subscriber = await SubscribedAsync(broker, ExactlyOnce);
        await PublishAsync(broker, ExactlyOnce, 200);
        for (int i = 0; i < 200; i++) await subscriber.ExpectPublishAsync("a", $"{i}");
        await subscriber.CloseAsync();
        TestClient second = await broker.ResumeAsync("s");
        for (int i = 0; i < 100; i++) Assert.Equal($"{i}", (await second.ReadAsync<ReceivedPublish>()).Text);
        await second.CloseAsync();
        TestClient third = await broker.ResumeAsync("s");
        for (int i = 0; i < 200; i++)
        {
            ReceivedPublish message = await third.ReadAsync<ReceivedPublish>();
            Assert.Equal(($"{i}", true, (ushort)(i + 1)), (message.Text, message.Dup, message.PacketId));
        }
        await third.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-4.4.0-2")]
    public async Task PUBLISH_FromServer_RefusedBeforeResuming_IsNotSentAgain()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker, AtLeastOnce);
        await PublishAsync(broker, AtLeastOnce, 1);
        await subscriber.ExpectPublishAsync("a", "0");
        await subscriber.AcknowledgeAsync(PacketType.PubAck, 1, ReasonCode.UnspecifiedError);
        await subscriber.DisconnectAsync();
        TestClient back = await broker.ResumeAsync("s");
        await back.ExpectNothingAsync();
    }

    [Fact]
    public async Task PUBLISH_FromServer_ClientReturnsWithASmallerReceiveMaximum_ResendingKeepsToIt()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker, AtLeastOnce);
        await PublishAsync(broker, AtLeastOnce, 3);
        for (int i = 0; i < 3; i++) await subscriber.ExpectPublishAsync("a", $"{i}");
        await subscriber.DisconnectAsync();
        TestClient back = await broker.ResumeAsync("s", packet => packet with { ReceiveMaximum = 1 });
        for (int i = 0; i < 3; i++)
        {
            ReceivedPublish message = await back.ExpectPublishAsync("a", $"{i}");
            await back.ExpectNothingAsync();
            await back.AcknowledgeAsync(PacketType.PubAck, message.PacketId);
        }
    }

    // What is half-way through its handshake does not expire any more.
    [Theory, Spec("MQTT-4.3.3-7"), Spec("MQTT-4.3.3-13")]
    [Demand("B5")]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task PUBLISH_FromServer_ExpiredWhileItsHandshakeWasOpen_IsSentAgain(QualityOfService qos)
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker, qos);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", qos) { MessageExpirySeconds = 5 });
        await subscriber.ExpectPublishAsync("a", "x");
        await subscriber.DisconnectAsync();
        broker.Advance(TimeSpan.FromSeconds(30));
        TestClient back = await broker.ResumeAsync("s");
        ReceivedPublish again = await back.ExpectPublishAsync("a", "x");
        Assert.True(again.Dup);
        Assert.Equal(0, broker.Engine.Metrics.Dropped(DropReason.Expired));
    }

    private static async Task<TestClient> SubscribedAsync(TestBroker broker, QualityOfService qos)
    {
        TestClient subscriber = await broker.ResumeAsync("s");
        await subscriber.SubscribeAsync("a", qos);
        return subscriber;
    }

    private static async Task PublishAsync(TestBroker broker, QualityOfService qos, int count)
    {
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < count; i++) await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", $"{i}", qos));
    }
}
