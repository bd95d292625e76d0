using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>SUBSCRIBE and SUBACK, subscription options and identifiers (MQTT 5.0 sections 3.8, 3.9 and 3.3.4).</summary>
public sealed class SubscribeTests
{
    [Fact, Spec("MQTT-3.8.4-1"), Spec("MQTT-3.8.4-2"), Spec("MQTT-2.2.1-6")]
    public async Task SUBSCRIBE_FromClient_OneFilter_SubackHasItsPacketId()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendBytesAsync("82 07 12 34 00 00 01 'a' 01");
        await client.ExpectBytesAsync("90 04 12 34 00 01");
    }

    [Fact, Spec("MQTT-3.8.4-5"), Spec("MQTT-3.8.4-6"), Spec("MQTT-3.8.4-7"), Spec("MQTT-3.9.3-1"), Spec("MQTT-3.9.3-2")]
    public async Task SUBSCRIBE_FromClient_SeveralFilters_OneSubackWithAReasonEachInOrder()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        SubAckPacket answer = await client.SubscribeAsync(
            new SubscriptionRequest("a", 2), new SubscriptionRequest("b", 0), new SubscriptionRequest("$share/g/c", 1));
        Assert.Equal([ReasonCode.GrantedQos2, ReasonCode.Success, ReasonCode.GrantedQos1], answer.ReasonCodes);
    }

    // Once SUBACK is there, so is the subscription.
    [Fact, Spec("MQTT-3.8.4-1")]
    [Demand("B6")]
    public async Task SUBACK_FromServer_Received_TheVeryNextMessageArrives()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await broker.ConnectV5Async("s");
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 50; i++)
        {
            await subscriber.SubscribeAsync($"t/{i}");
            await publisher.PublishAsync(new OutgoingPublish($"t/{i}", "x"));
            await subscriber.ExpectPublishAsync($"t/{i}", "x");
        }
    }

    [Fact, Spec("MQTT-3.2.2-10"), Spec("MQTT-3.8.4-7")]
    public async Task SUBSCRIBE_FromClient_QosAboveMaximum_GrantedTheMaximum()
    {
        await using var broker = TestBroker.WithListener(listener => listener with { MaximumQos = AtLeastOnce });
        TestClient client = await broker.ConnectV5Async("c");
        SubAckPacket answer = await client.SubscribeAsync(new SubscriptionRequest("a", 2));
        Assert.Equal([ReasonCode.GrantedQos1], answer.ReasonCodes);
    }

    [Fact, Spec("MQTT-3.8.4-3")]
    public async Task SUBSCRIBE_FromClient_SameFilterAgain_ReplacesTheSubscription()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("a", ExactlyOnce);
        await client.SubscribeAsync("a", AtMostOnce);
        await client.PublishAsync(new OutgoingPublish("a", "x"));
        Assert.Equal(AtMostOnce, (await client.ExpectPublishAsync("a", "x")).Qos);
        await client.ExpectNothingAsync();
        Assert.Equal(1, broker.Engine.Router.Subscriptions.Count);
    }

    // The highest of the two bounds each message: table over published x granted.
    [Theory, Spec("MQTT-3.8.4-8")]
    [InlineData(AtMostOnce, ExactlyOnce, AtMostOnce)]
    [InlineData(AtLeastOnce, AtMostOnce, AtMostOnce)]
    [InlineData(AtLeastOnce, ExactlyOnce, AtLeastOnce)]
    [InlineData(ExactlyOnce, AtMostOnce, AtMostOnce)]
    [InlineData(ExactlyOnce, AtLeastOnce, AtLeastOnce)]
    [InlineData(ExactlyOnce, ExactlyOnce, ExactlyOnce)]
    public async Task PUBLISH_FromServer_PublishedAndGrantedQos_TheLowerIsUsed(
        QualityOfService published, QualityOfService granted, QualityOfService expected)
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await broker.ConnectV5Async("s");
        await subscriber.SubscribeAsync("a", granted);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", published));
        ReceivedPublish message = await subscriber.ReceiveAndCompleteAsync();
        Assert.Equal(expected, message.Qos);
        await subscriber.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.8.3-3")]
    public async Task SUBSCRIBE_FromClient_NoLocal_GetsOthersMessagesButNotItsOwn()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync(Request("a", noLocal: true));
        await client.TellAsync("a", "own");
        TestClient other = await broker.ConnectV5Async("o");
        await other.TellAsync("a", "other's");
        await client.ExpectPublishAsync("a", "other's");
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.8.3-3")]
    public async Task SUBSCRIBE_FromClient_WithoutNoLocal_GetsItsOwnMessages()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("a");
        await client.HearItselfAsync();
    }

    [Fact, Spec("MQTT-3.8.3-3")]
    public async Task SUBSCRIBE_FromClient_NoLocalAndAnOverlappingFilterWithout_GetsOneCopyOfItsOwn()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync(Request("a", noLocal: true), Request("#"));
        await client.HearItselfAsync();
        await client.ExpectNothingAsync();
    }

    [Theory, Spec("MQTT-3.3.1-12"), Spec("MQTT-3.3.1-13")]
    [InlineData(false, true, false)]
    [InlineData(false, false, false)]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    public async Task PUBLISH_FromServer_RetainAsPublished_DecidesTheRetainFlag(bool asPublished, bool published, bool expected)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync(Request("a", asPublished: asPublished));
        await client.PublishAsync(new OutgoingPublish("a", "x") { Retain = published });
        Assert.Equal(expected, (await client.ExpectPublishAsync("a", "x")).Retain);
    }

    // The flag of a message that had to wait.
    [Fact, Spec("MQTT-3.3.1-13")]
    [Demand("B11")]
    public async Task PUBLISH_FromServer_RetainAsPublishedForAQueuedMessage_FlagIsKept()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await broker.ResumeAsync("s");
        await subscriber.SubscribeAsync(Request("a", AtLeastOnce, asPublished: true));
        await subscriber.DisconnectAsync();
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", AtLeastOnce) { Retain = true });
        TestClient back = await broker.ResumeAsync("s");
        Assert.True((await back.ExpectPublishAsync("a", "x")).Retain);
    }

    [Fact, Spec("MQTT-3.3.4-3"), Spec("MQTT-3.3.4-5")]
    public async Task PUBLISH_FromServer_OverlappingSubscriptionsWithIds_EachCopyHasItsOwn()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeWithIdAsync(1, "a/b");
        await client.SubscribeWithIdAsync(268_435_455, "a/+");
        await client.SubscribeAsync("#");
        await client.PublishAsync(new OutgoingPublish("a/b", "x"));
        List<uint[]> ids = [];
        for (int i = 0; i < 3; i++) ids.Add([.. (await client.ExpectPublishAsync("a/b", "x")).SubscriptionIds]);
        Assert.Equal([[], [1u], [268_435_455u]], ids.OrderBy(list => list.FirstOrDefault()));
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.3.4-2"), Spec("MQTT-3.3.4-4")]
    public async Task PUBLISH_FromServer_OneCopyForOverlappingSubscriptions_HasAllIdsAndTheHighestQos()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { AllowDuplicateMessages = false });
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeWithIdAsync(7, "a/b", AtMostOnce);
        await client.SubscribeWithIdAsync(8, "a/+", ExactlyOnce);
        await client.SubscribeAsync("#", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a/b", "x", ExactlyOnce));
        ReceivedPublish message = await client.ReceiveAndCompleteAsync();
        Assert.Equal(ExactlyOnce, message.Qos);
        Assert.Equal([7u, 8u], message.SubscriptionIds.Order());
        await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task SUBSCRIBE_FromClient_SameFilterWithAnotherId_TheNewIdIsSent()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeWithIdAsync(1, "a");
        await client.SubscribeWithIdAsync(2, "a");
        await client.PublishAsync(new OutgoingPublish("a", "x"));
        Assert.Equal([2u], (await client.ExpectPublishAsync("a", "x")).SubscriptionIds);
    }

    [Fact]
    public async Task PUBLISH_FromServer_QueuedForASubscriptionWithAnId_IdIsSentAfterResuming()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await broker.ResumeAsync("s");
        await subscriber.SubscribeWithIdAsync(5, "a", AtLeastOnce);
        await subscriber.DisconnectAsync();
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", AtLeastOnce));
        TestClient back = await broker.ResumeAsync("s");
        Assert.Equal([5u], (await back.ExpectPublishAsync("a", "x")).SubscriptionIds);
    }

    private static SubscriptionRequest Request(
        string filter, QualityOfService qos = AtMostOnce, bool noLocal = false, bool asPublished = false) =>
        new(filter, SubscriptionRequest.ToOptions(qos, noLocal, asPublished));
}
