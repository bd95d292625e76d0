using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Retained messages (MQTT 5.0 sections 3.3.1.3 and 3.8.3.1).</summary>
public sealed class RetainedTests
{
    [Fact, Spec("MQTT-3.3.1-5")]
    public async Task PUBLISH_FromClient_RetainSetTwice_TheLastOneWithItsQosIsKept()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.PublishAndCompleteAsync(new OutgoingPublish("a", "old", ExactlyOnce) { Retain = true });
        await client.PublishAndCompleteAsync(new OutgoingPublish("a", "new", AtLeastOnce) { Retain = true });
        await client.SubscribeAsync("a", ExactlyOnce);
        ReceivedPublish message = await client.ReceiveAndCompleteAsync();
        Assert.Equal(("new", AtLeastOnce, true, false), (message.Text, message.Qos, message.Retain, message.Dup));
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.3.1-6"), Spec("MQTT-3.3.1-7")]
    public async Task PUBLISH_FromClient_RetainWithEmptyPayload_ClearsAndIsPassedOn()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await broker.ConnectV5Async("s");
        TestClient client = await broker.ConnectV5Async("c");
        await client.RetainAsync("a", "x");
        await subscriber.SubscribeAsync("a");
        await subscriber.ExpectPublishAsync("a", "x");
        await client.RetainAsync("a", "");
        await subscriber.ExpectPublishAsync("a", "");
        await client.SubscribeAsync("a");
        await client.ExpectNothingAsync();
        Assert.Equal(0, broker.Engine.Retained.Count);
    }

    [Theory, Spec("MQTT-3.3.1-8")]
    [InlineData("other")]
    [InlineData("")]
    public async Task PUBLISH_FromClient_WithoutRetain_TheRetainedMessageStays(string text)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.RetainAsync("a", "kept");
        await client.TellAsync("a", text);
        await client.SubscribeAsync("a");
        await client.ExpectPublishAsync("a", "kept");
    }

    [Theory]
    [InlineData(0, true, true)] // MQTT-3.3.1-9
    [InlineData(1, true, false)] // MQTT-3.3.1-10
    [InlineData(2, false, false)] // MQTT-3.3.1-11
    [Spec("MQTT-3.3.1-9"), Spec("MQTT-3.3.1-10"), Spec("MQTT-3.3.1-11"), Spec("MQTT-3.8.4-4")]
    public async Task SUBSCRIBE_FromClient_RetainHandling_DecidesForNewAndRepeatedSubscriptions(
        int handling, bool onNew, bool onRepeated)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.RetainAsync("a", "x");
        foreach (bool isSent in (bool[])[onNew, onRepeated])
        {
            await client.SubscribeAsync(Request("a", handling));
            if (isSent) Assert.True((await client.ExpectPublishAsync("a", "x")).Retain);
            await client.ExpectNothingAsync();
        }
    }

    [Fact, Spec("MQTT-3.3.1-10")]
    public async Task SUBSCRIBE_FromClient_RetainHandlingOneAfterUnsubscribe_IsANewSubscription()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.RetainAsync("a", "x");
        await client.SubscribeAsync(Request("a", 1));
        await client.ExpectPublishAsync("a", "x");
        await client.UnsubscribeAsync("a");
        await client.SubscribeAsync(Request("a", 1));
        await client.ExpectPublishAsync("a", "x");
    }

    // Demands E7: a device that resumes and subscribes again is not overrun.
    [Fact, Spec("MQTT-3.3.1-10")]
    public async Task SUBSCRIBE_FromClient_RetainHandlingOneInAResumedSession_NothingIsSentAgain()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ResumeAsync("c");
        await client.SubscribeAsync(Request("a", 1));
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.RetainAsync("a", "x");
        await client.ExpectPublishAsync("a", "x");
        await client.DisconnectAsync();
        TestClient back = await broker.ResumeAsync("c");
        await back.SubscribeAsync(Request("a", 1));
        await back.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.8.4-8")]
    public async Task PUBLISH_FromServer_RetainedMessage_QosIsTheLowerOfPublishedAndGranted()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.PublishAndCompleteAsync(new OutgoingPublish("a", "x", ExactlyOnce) { Retain = true });
        await client.SubscribeAsync("a", AtMostOnce);
        Assert.Equal(AtMostOnce, (await client.ExpectPublishAsync("a", "x")).Qos);
    }

    [Fact]
    public async Task PUBLISH_FromServer_RetainedMessageForASubscriptionWithAnId_HasTheId()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.RetainAsync("a", "x");
        await client.SubscribeWithIdAsync(3, "a");
        Assert.Equal([3u], (await client.ExpectPublishAsync("a", "x")).SubscriptionIds);
    }

    // mosquitto does not replay a client's own messages to a subscription with No Local; nor do we.
    [Fact, Spec("MQTT-3.8.3-3")]
    public async Task SUBSCRIBE_FromClient_NoLocal_ItsOwnRetainedMessageIsNotSent()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.RetainAsync("own", "x");
        TestClient other = await broker.ConnectV5Async("o");
        await other.RetainAsync("other", "y");
        await client.SubscribeAsync(new SubscriptionRequest("+", SubscriptionRequest.ToOptions(AtMostOnce, noLocal: true)));
        await client.ExpectPublishAsync("other", "y");
        await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task RETAINED_InServer_PublisherIsGone_MessageStays()
    {
        await using var broker = new TestBroker();
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.RetainAsync("a", "x");
        await publisher.DisconnectAsync();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("a");
        await client.ExpectPublishAsync("a", "x");
    }

    [Fact, Spec("MQTT-3.4.2-1")]
    public async Task PUBLISH_FromClient_RetainedAndNobodySubscribes_NoMatchingSubscribersAndKept()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.PublishAsync(new OutgoingPublish("a", "x", AtLeastOnce) { Retain = true });
        await client.ExpectAckAsync(PacketType.PubAck, 1, ReasonCode.NoMatchingSubscribers);
        Assert.Equal(1, broker.Engine.Retained.Count);
    }

    private static SubscriptionRequest Request(string filter, int handling) =>
        new(filter, SubscriptionRequest.ToOptions(AtMostOnce, retainHandling: handling));
}
