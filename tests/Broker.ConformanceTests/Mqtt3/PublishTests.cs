using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>MQTT 3.1.1 section 3.3, but for RETAIN: the flags, the topic, overlapping subscriptions.</summary>
public sealed class PublishTests
{
    [Theory, Spec("MQTT-3.3.1-1")]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task PUBLISH_FromServer_SentAgain_HasDup(QualityOfService qos)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SubscribeAsync("a", qos);
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "x", qos));
        Assert.False((await client.ExpectPublishAsync("a", "x")).Dup);
        await client.DisconnectAsync();

        client = await broker.ConnectPersistentAsync("client");

        Assert.True((await client.ExpectPublishAsync("a", "x")).Dup);
    }

    [Fact, Spec("MQTT-3.3.1-2")]
    public async Task PUBLISH_FromServer_QoS0_HasNoDup()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", AtMostOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");

        await publisher.PublishAndCompleteAsync(new("a", "x", AtLeastOnce) { Dup = true });

        await client.ExpectBytesAsync("30 04 00 01 'a' 'x'");
    }

    [Fact, Spec("MQTT-3.3.1-2")]
    public async Task PUBLISH_FromClient_QoS0WithDup_Closes()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync("38 04 00 01 'a' 'x'");

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.3.1-3")]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task PUBLISH_FromClient_WithDup_IsPassedOnWithoutIt(QualityOfService qos)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", qos);
        TestClient publisher = await broker.ConnectAsync("publisher");

        await publisher.PublishAndCompleteAsync(new("a", "x", qos) { Dup = true });

        Assert.False((await client.ExpectPublishAsync("a", "x")).Dup);
    }

    [Fact, Spec("MQTT-3.3.1-4")]
    public async Task PUBLISH_FromClient_WithBothQoSBits_Closes()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync("36 05 00 01 'a' 00 01");

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.3.2-1")]
    [InlineData("30 00")]
    [InlineData("30 01 00")]
    [InlineData("30 03 00 05 'a'")]
    public async Task PUBLISH_FromClient_WithoutTopic_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.3.2-2"), Spec("MQTT-4.7.1-1")]
    [InlineData("30 05 00 03 'a/#'")]
    [InlineData("30 05 00 03 '+/b'")]
    [InlineData("30 04 00 02 'a#'")]
    public async Task PUBLISH_FromClient_TopicWithWildcard_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.3.2-3")]
    [InlineData("a/b/c")]
    [InlineData("a/+/c")]
    [InlineData("a/#")]
    public async Task PUBLISH_FromServer_ByAnyFilter_HasTheTopicItWasPublishedWith(string filter)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync(filter);

        await client.PublishAsync(new("a/b/c", "x"));

        await client.ExpectPublishAsync("a/b/c", "x");
    }

    [Theory]
    [InlineData("30 03 00 01 'a'")]
    [InlineData("30 06 00 01 'a' 00 ff 00")]
    public async Task PUBLISH_FromServer_AnyPayload_IsTheBytesThatWerePublished(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a");

        await client.SendBytesAsync(wire);

        await client.ExpectBytesAsync(wire);
    }

    [Fact, Spec("MQTT-3.3.4-1")]
    public async Task PUBLISH_FromClient_OfEachQoS_IsAnsweredAsItAsks()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync("30 03 00 01 'a'");
        await client.ExpectNothingAsync();
        await client.SendBytesAsync("32 05 00 01 'a' 00 01");
        await client.ExpectBytesAsync("40 02 00 01");
        await client.SendBytesAsync("34 05 00 01 'a' 00 01");
        await client.ExpectBytesAsync("50 02 00 01");
    }

    [Theory, Spec("MQTT-3.3.5-1")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PUBLISH_FromServer_SubscriptionsOverlap_ComesWithTheHighestQoSOfThem(bool allowDuplicates)
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { AllowDuplicateMessages = allowDuplicates });
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a/#", AtMostOnce);
        await client.SubscribeAsync("a/b", ExactlyOnce);
        await client.SubscribeAsync("+/b", AtLeastOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");

        await publisher.PublishAndCompleteAsync(new("a/b", "x", ExactlyOnce));

        List<QualityOfService> copies = [];
        for (int i = 0; i < (allowDuplicates ? 3 : 1); i++) copies.Add((await client.ReadAsync<ReceivedPublish>()).Qos);
        await client.ExpectNothingAsync();
        Assert.Contains(ExactlyOnce, copies);
        Assert.Equal(copies.Count, copies.Distinct().Count());
    }

    [Fact, Spec("MQTT-3.3.5-2")]
    public async Task PUBLISH_FromClient_NotAuthorized_IsAcknowledgedAndNotPassedOn()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("$SYS/#");

        await client.PublishAndCompleteAsync(new("$SYS/a", "x", AtLeastOnce));
        await client.PublishAndCompleteAsync(new("$SYS/a", "x", ExactlyOnce));

        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.8.4-6")]
    public async Task PUBLISH_FromServer_AnyPairOfQoS_HasTheLowerOfPublishedAndGranted()
    {
        await using var broker = new TestBroker();
        foreach (QualityOfService granted in new[] { AtMostOnce, AtLeastOnce, ExactlyOnce })
        {
            foreach (QualityOfService published in new[] { AtMostOnce, AtLeastOnce, ExactlyOnce })
            {
                TestClient client = await broker.ConnectAsync("client");
                TestClient publisher = await broker.ConnectAsync("publisher");
                await client.SubscribeAsync("a", granted);
                await publisher.PublishAndCompleteAsync(new("a", "x", published));
                Assert.Equal(granted < published ? granted : published, (await client.ReceiveAndCompleteAsync()).Qos);
            }
        }
    }
}
