using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>MQTT 3.1.1 section 3.3.1.3.</summary>
public sealed class RetainTests
{
    [Theory, Spec("MQTT-3.3.1-5"), Spec("MQTT-3.3.1-6")]
    [InlineData(AtMostOnce)]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task PUBLISH_FromClient_Retained_IsSentWithItsQoSToSubscribersToCome(QualityOfService qos)
    {
        await using var broker = new TestBroker();
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a/b", "x", qos) { Retain = true });
        await publisher.PingFenceAsync();
        TestClient client = await broker.ConnectAsync("client");

        await client.SubscribeAsync("a/+", ExactlyOnce);

        Assert.Equal(qos, (await client.ExpectPublishAsync("a/b", "x")).Qos);
    }

    [Fact, Spec("MQTT-3.3.1-6")]
    public async Task PUBLISH_FromClient_RetainedSeveralTimes_OnlyTheLastIsKept()
    {
        await using var broker = new TestBroker();
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "one", AtLeastOnce) { Retain = true });
        await publisher.PublishAndCompleteAsync(new("a", "two", AtLeastOnce) { Retain = true });
        TestClient client = await broker.ConnectAsync("client");

        await client.SubscribeAsync("a");

        await client.ExpectPublishAsync("a", "two");
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.3.1-6")]
    public async Task SUBSCRIBE_FromClient_Wildcard_GetsTheRetainedMessageOfEachTopicThatMatches()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        foreach (string topic in new[] { "a", "a/b", "a/b/c", "b", "$a/b" })
            await client.PublishAndCompleteAsync(new(topic, "x", AtLeastOnce) { Retain = true });

        await client.SubscribeAsync("a/#");

        List<string> topics = [];
        for (int i = 0; i < 3; i++) topics.Add((await client.ReadAsync<ReceivedPublish>()).Topic);
        await client.ExpectNothingAsync();
        Assert.Equal(["a", "a/b", "a/b/c"], topics.Order());
    }

    [Fact, Spec("MQTT-3.3.1-7")]
    public async Task PUBLISH_FromClient_RetainedQoS0_ReplacesWhatWasRetained()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.PublishAndCompleteAsync(new("a", "one", ExactlyOnce) { Retain = true });
        await client.PublishAsync(new("a", "two") { Retain = true });

        await client.SubscribeAsync("a", ExactlyOnce);

        Assert.Equal(AtMostOnce, (await client.ExpectPublishAsync("a", "two")).Qos);
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.3.1-8")]
    public async Task PUBLISH_FromServer_BecauseOfANewSubscription_HasRetain()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.PublishAsync(new("a", "x") { Retain = true });

        await client.SubscribeAsync("a");

        await client.ExpectBytesAsync("31 04 00 01 'a' 'x'");
    }

    [Fact, Spec("MQTT-3.3.1-9")]
    public async Task PUBLISH_FromServer_ToAnEstablishedSubscription_HasNoRetain()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a");

        await client.PublishAsync(new("a", "x") { Retain = true });

        await client.ExpectBytesAsync("30 04 00 01 'a' 'x'");
    }

    [Fact, Spec("MQTT-3.3.1-10")]
    public async Task PUBLISH_FromClient_RetainedAndEmpty_IsPassedOnAndRemovesWhatWasRetained()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.PublishAndCompleteAsync(new("a", "x", AtLeastOnce) { Retain = true });
        TestClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("a");
        await watcher.ExpectPublishAsync("a", "x");

        await client.PublishAndCompleteAsync(new("a", "", AtLeastOnce) { Retain = true });

        await watcher.ExpectBytesAsync("30 03 00 01 'a'");
        await client.SubscribeAsync("a");
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.3.1-11")]
    public async Task PUBLISH_FromClient_RetainedAndEmpty_IsNotRetained()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.PublishAndCompleteAsync(new("a", "", AtLeastOnce) { Retain = true });

        await client.SubscribeAsync("a");

        await client.ExpectNothingAsync();
        Assert.Equal(0, broker.Engine.Retained.Count);
    }

    [Fact, Spec("MQTT-3.3.1-12")]
    public async Task PUBLISH_FromClient_NotRetained_LeavesWhatIsRetained()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.PublishAndCompleteAsync(new("a", "kept", AtLeastOnce) { Retain = true });
        await client.PublishAndCompleteAsync(new("a", "passed", AtLeastOnce));
        await client.PublishAndCompleteAsync(new("a", "", AtLeastOnce));
        await client.PublishAndCompleteAsync(new("b", "passed", AtLeastOnce));

        await client.SubscribeAsync("#");

        await client.ExpectPublishAsync("a", "kept");
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.8.4-3")]
    public async Task SUBSCRIBE_FromClient_SameFilterAgain_GetsTheRetainedMessageAgain()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.PublishAndCompleteAsync(new("a", "x", ExactlyOnce) { Retain = true });
        await client.SubscribeAsync("a", AtMostOnce);
        await client.ExpectPublishAsync("a", "x");

        await client.SubscribeAsync("a", ExactlyOnce);

        Assert.Equal(ExactlyOnce, (await client.ExpectPublishAsync("a", "x")).Qos);
    }

    [Fact, Spec("MQTT-3.3.1-6")]
    public async Task SUBSCRIBE_FromClient_MoreRetainedThanTheWindow_GetsThemAllAsItAcknowledges()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { InflightMessagesMax = 3 });
        TestClient client = await broker.ConnectAsync("client");
        for (int i = 0; i < 200; i++)
            await client.PublishAndCompleteAsync(new($"a/{i}", "x", AtLeastOnce) { Retain = true });

        await client.SubscribeAsync("a/#", AtLeastOnce);

        HashSet<string> topics = [];
        for (int i = 0; i < 200; i++)
        {
            ReceivedPublish message = await client.ReceiveAndCompleteAsync();
            Assert.True(message.Retain && topics.Add(message.Topic));
        }
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.3.1-6")]
    public async Task SUBSCRIBE_FromClient_SeveralFilters_GetsRetainedMessagesForEach()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.PublishAndCompleteAsync(new("a", "x", AtLeastOnce) { Retain = true });
        await client.PublishAndCompleteAsync(new("b", "y", AtLeastOnce) { Retain = true });

        await client.SubscribeAsync(new SubscriptionRequest("a", 0), new SubscriptionRequest("b", 0));

        await client.ExpectPublishAsync("a", "x");
        await client.ExpectPublishAsync("b", "y");
    }
}
