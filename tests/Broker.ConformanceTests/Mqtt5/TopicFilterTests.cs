using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Topic names and filters as a subscriber sees them (MQTT 5.0 section 4.7).</summary>
public sealed class TopicFilterTests
{
    [Theory, Spec("MQTT-3.3.2-3")]
    [InlineData("a/b", "a/b", true)]
    [InlineData("a/b", "a/b/", false)]
    [InlineData("a/b", "A/b", false)]
    [InlineData("/a", "/a", true)]
    [InlineData("a", "/a", false)]
    [InlineData("#", "a/b/c", true)]
    [InlineData("a/#", "a", true)]
    [InlineData("a/#", "a/", true)]
    [InlineData("a/#", "a/b/c", true)]
    [InlineData("a/#", "ab", false)]
    [InlineData("+", "a", true)]
    [InlineData("+", "/a", false)]
    [InlineData("+/+", "/a", true)]
    [InlineData("/+", "/a", true)]
    [InlineData("a/+", "a", false)]
    [InlineData("a/+", "a/", true)]
    [InlineData("a/+/c", "a/b/c", true)]
    [InlineData("a/+/c", "a/b/b/c", false)]
    [InlineData("+/b/#", "a/b", true)]
    [InlineData("a//b", "a//b", true)]
    [InlineData("a/+/b", "a//b", true)]
    [InlineData("#", "$a/b", false)] // MQTT-4.7.2-1
    [InlineData("+/b", "$a/b", false)]
    [InlineData("$a/#", "$a/b", true)]
    [InlineData("$a/+", "$a/b", true)]
    [InlineData("a/#", "a/$b", true)]
    [Spec("MQTT-4.7.1-2"), Spec("MQTT-4.7.2-1")]
    public async Task PUBLISH_FromServer_FilterAndTopic_ArrivesExactlyWhenTheyMatch(string filter, string topic, bool matches)
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await broker.ConnectV5Async("s");
        await subscriber.SubscribeAsync(filter);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.TellAsync(topic, "x");
        if (matches) await subscriber.ExpectPublishAsync(topic, "x");
        await subscriber.ExpectNothingAsync();
    }

    // The same table must hold for what is replayed.
    [Theory, Spec("MQTT-3.3.1-9"), Spec("MQTT-4.7.2-1")]
    [InlineData("a/#", "a", true)]
    [InlineData("+/+", "/a", true)]
    [InlineData("a/+", "a/", true)]
    [InlineData("+/b/#", "a/b", true)]
    [InlineData("a/+", "a/b/c", false)]
    [InlineData("#", "$a/b", false)]
    [InlineData("+/b", "$a/b", false)]
    [InlineData("$a/#", "$a/b", true)]
    public async Task PUBLISH_FromServer_FilterAndRetainedTopic_IsReplayedExactlyWhenTheyMatch(
        string filter, string topic, bool matches)
    {
        await using var broker = new TestBroker();
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.RetainAsync(topic, "x");
        TestClient subscriber = await broker.ConnectV5Async("s");
        await subscriber.SubscribeAsync(filter);
        if (matches) await subscriber.ExpectPublishAsync(topic, "x");
        await subscriber.ExpectNothingAsync();
    }

    [Theory, Spec("MQTT-4.7.1-1"), Spec("MQTT-4.7.1-2"), Spec("MQTT-4.8.2-1"), Spec("MQTT-4.8.2-2")]
    [InlineData("a/#/b")]
    [InlineData("a#")]
    [InlineData("a+/b")]
    [InlineData("a/b+")]
    [InlineData("$share//a")]
    [InlineData("$share/g")]
    [InlineData("$share/g/")]
    [InlineData("$share/+/a")]
    [InlineData("$share/g#/a")]
    public async Task SUBSCRIBE_FromClient_FilterAgainstTheRules_DisconnectsWithTopicFilterInvalid(string filter)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendAsync(new SubscribePacket(1, 0, [new SubscriptionRequest(filter, 0)]));
        await client.ExpectDisconnectAsync(ReasonCode.TopicFilterInvalid);
    }

    [Theory, Spec("MQTT-3.3.2-2"), Spec("MQTT-4.7.0-1")]
    [InlineData("a/+")]
    [InlineData("#")]
    public async Task PUBLISH_FromClient_TopicWithWildcard_DisconnectsWithTopicNameInvalid(string topic)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.PublishAsync(new OutgoingPublish(topic));
        await client.ExpectDisconnectAsync(ReasonCode.TopicNameInvalid);
    }

    // U+00E5 and its decomposition look alike and are two topics; U+FEFF is a character like any other.
    [Theory, Spec("MQTT-4.7.3-4"), Spec("MQTT-1.5.4-3")]
    [InlineData("\u00E5", "a\u030A")]
    [InlineData("\uFEFFa", "a")]
    public async Task PUBLISH_FromServer_TopicsThatLookAlike_AreNotMixedUp(string subscribed, string other)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync(subscribed);
        await client.TellAsync(other, "x");
        await client.PublishAsync(new OutgoingPublish(subscribed, "y"));
        await client.ExpectPublishAsync(subscribed, "y");
    }

    [Fact, Spec("MQTT-4.7.3-3")]
    public async Task PUBLISH_FromServer_LongestTopicThereCanBe_Arrives()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        string topic = new('t', 65_535);
        await client.SubscribeAsync(topic);
        await client.PublishAsync(new OutgoingPublish(topic, "x"));
        await client.ExpectPublishAsync(topic, "x");
    }

    [Fact]
    public async Task PUBLISH_FromClient_TopicOfTheServer_RefusedAsNotAuthorized()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("$SYS/#");
        await client.PublishAsync(new OutgoingPublish("$SYS/a", "x", AtLeastOnce) { PacketId = 1, Retain = true });
        await client.ExpectAckAsync(PacketType.PubAck, 1, ReasonCode.NotAuthorized);
        await client.ExpectNothingAsync();
        Assert.Equal(0, broker.Engine.Retained.Count);
    }
}
