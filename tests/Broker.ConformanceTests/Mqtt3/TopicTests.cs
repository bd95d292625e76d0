using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>MQTT 3.1.1 section 4.7: wildcards, topics that begin with $, what matches what.</summary>
public sealed class TopicTests
{
    [Theory, Spec("MQTT-4.7.1-2")]
    [InlineData("#", "a", "a/b", "/a", "/")]
    [InlineData("a/#", "a", "a/", "a/b", "a/b/c")]
    [InlineData("/#", "/", "/a", "/a/b")]
    public async Task SUBSCRIBE_FromClient_MultiLevelWildcard_MatchesItsParentAndAllBelow(string filter, params string[] topics)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync(filter);

        foreach (string topic in topics) await client.PublishAsync(new(topic, "x"));

        foreach (string topic in topics) await client.ExpectPublishAsync(topic, "x");
    }

    [Theory, Spec("MQTT-4.7.1-2"), Spec("MQTT-4.7.1-3")]
    [InlineData("a#")]
    [InlineData("a/#/b")]
    [InlineData("##")]
    [InlineData("a+")]
    [InlineData("+a/b")]
    [InlineData("a/++")]
    [InlineData("a/b+/c")]
    public async Task SUBSCRIBE_FromClient_MisplacedWildcard_Closes(string filter)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendAsync(new Protocol.Packets.SubscribePacket(1, 0, [new(filter, 0)]));

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-4.7.1-3")]
    [InlineData("+", "a", "b")]
    [InlineData("+/+", "/a", "a/", "a/b")]
    [InlineData("a/+", "a/", "a/b")]
    [InlineData("a/+/c", "a/b/c", "a//c")]
    [InlineData("+/b/#", "a/b", "/b", "a/b/c/d")]
    public async Task SUBSCRIBE_FromClient_SingleLevelWildcard_MatchesExactlyOneLevel(string filter, params string[] topics)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync(filter);

        foreach (string topic in topics) await client.PublishAsync(new(topic, "x"));

        foreach (string topic in topics) await client.ExpectPublishAsync(topic, "x");
    }

    [Theory, Spec("MQTT-4.7.1-2"), Spec("MQTT-4.7.1-3")]
    [InlineData("+", "a/b", "/a")]
    [InlineData("a/+", "a", "a/b/c")]
    [InlineData("a/+/c", "a/c", "a/b/b/c")]
    [InlineData("a/#", "ab", "b/a", "A")]
    [InlineData("/+", "a", "a/b")]
    public async Task PUBLISH_FromClient_TopicThatAFilterDoesNotMatch_IsNotDelivered(string filter, params string[] topics)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync(filter);

        foreach (string topic in topics) await client.PublishAsync(new(topic, "x"));

        await client.ExpectNothingAsync();
    }

    [Theory, Spec("MQTT-4.7.2-1")]
    [InlineData("#")]
    [InlineData("+/a")]
    [InlineData("+/#")]
    public async Task PUBLISH_FromClient_TopicBeginsWithDollar_IsNotMatchedByAWildcardAtTheStart(string filter)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.PublishAndCompleteAsync(new("$test/a", "retained", AtLeastOnce) { Retain = true });
        await client.SubscribeAsync(filter);

        await client.PublishAsync(new("$test/a", "live"));

        await client.ExpectNothingAsync();
    }

    [Theory, Spec("MQTT-4.7.2-1")]
    [InlineData("$test/#")]
    [InlineData("$test/+")]
    [InlineData("$test/a")]
    public async Task PUBLISH_FromClient_TopicBeginsWithDollar_IsMatchedByAFilterThatSaysSo(string filter)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync(filter);

        await client.PublishAsync(new("$test/a", "x"));

        await client.ExpectPublishAsync("$test/a", "x");
    }

    [Theory, Spec("MQTT-4.7.3-1")]
    [InlineData("30 03 00 00 'x'")]
    [InlineData("82 05 00 01 00 00 00")]
    [InlineData("a2 04 00 01 00 00")]
    public async Task TOPIC_FromClient_Empty_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-4.7.3-3")]
    public async Task TOPIC_FromClient_OfTheGreatestLength_IsServed()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        string topic = new('t', ushort.MaxValue);
        await client.SubscribeAsync(topic, AtLeastOnce);

        await client.PublishAsync(new(topic, "x"));

        await client.ExpectPublishAsync(topic, "x");
    }

    [Theory, Spec("MQTT-4.7.3-4")]
    [InlineData("ACCOUNTS", "accounts")]
    [InlineData("a b", "a  b")]
    [InlineData("\u00e9", "e\u0301")]
    [InlineData("a", "/a")]
    [InlineData("a", "a/")]
    [InlineData("\u2126", "\u03a9")]
    public async Task TOPIC_InServer_AlmostTheSame_IsAnotherTopic(string filter, string topic)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync(filter);

        await client.PublishAsync(new(topic, "x"));
        await client.PublishAsync(new(filter, "y"));

        await client.ExpectPublishAsync(filter, "y");
    }
}
