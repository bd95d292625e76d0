using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Topic aliases in both directions (MQTT 5.0 section 3.3.2.3.4).</summary>
public sealed class TopicAliasTests
{
    [Fact, Spec("MQTT-3.3.2-12")]
    public async Task PUBLISH_FromClient_EachAliasUpToTheMaximum_StandsForItsTopic()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        TestClient publisher = await broker.ConnectV5Async("p");
        for (ushort alias = 1; alias <= 10; alias++)
            await publisher.PublishAsync(new OutgoingPublish($"t/{alias}", "named") { TopicAlias = alias });
        for (ushort alias = 10; alias > 0; alias--)
            await publisher.PublishAsync(new OutgoingPublish("", "by alias") { TopicAlias = alias });
        for (int i = 1; i <= 10; i++) await subscriber.ExpectPublishAsync($"t/{i}", "named");
        for (int i = 10; i > 0; i--) await subscriber.ExpectPublishAsync($"t/{i}", "by alias");
    }

    [Fact]
    public async Task PUBLISH_FromClient_AliasWithAnotherTopic_StandsForTheNewOne()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAsync(new OutgoingPublish("t/1", "x") { TopicAlias = 1 });
        await publisher.PublishAsync(new OutgoingPublish("t/2", "y") { TopicAlias = 1 });
        await publisher.PublishAsync(new OutgoingPublish("", "z") { TopicAlias = 1 });
        await subscriber.ExpectPublishAsync("t/1", "x");
        await subscriber.ExpectPublishAsync("t/2", "y");
        await subscriber.ExpectPublishAsync("t/2", "z");
    }

    // A publisher's alias means nothing to others.
    [Fact]
    public async Task PUBLISH_FromServer_PublishedWithAnAlias_SubscriberGetsTheNameOnly()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAsync(new OutgoingPublish("t/1", "x") { TopicAlias = 1 });
        Assert.Equal(0, (await subscriber.ExpectPublishAsync("t/1", "x")).TopicAlias);
    }

    [Theory, Spec("MQTT-3.3.2-8"), Spec("MQTT-3.3.2-9"), Spec("MQTT-3.2.2-17")]
    [InlineData("23 00 00")]
    [InlineData("23 00 0b")]
    [InlineData("23 ff ff")]
    public async Task PUBLISH_FromClient_AliasOutOfRange_TopicAliasInvalid(string property)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendBytesAsync("30 07 00 01 'a' 03 " + property);
        await client.ExpectDisconnectAsync(ReasonCode.TopicAliasInvalid);
    }

    [Fact, Spec("MQTT-3.2.2-18")]
    [Directive("max_topic_alias")]
    public async Task PUBLISH_FromClient_AliasWhereNoneAreAllowed_TopicAliasInvalid()
    {
        await using var broker = TestBroker.WithListener(listener => listener with { TopicAliasMaximum = 0 });
        TestClient client = await broker.ConnectV5Async("c");
        await client.PublishAsync(new OutgoingPublish("a") { TopicAlias = 1 });
        await client.ExpectDisconnectAsync(ReasonCode.TopicAliasInvalid);
    }

    [Fact]
    public async Task PUBLISH_FromClient_NeitherTopicNorAlias_ProtocolError()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendBytesAsync("30 03 00 00 00");
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [Fact, Spec("MQTT-3.3.2-7")]
    public async Task PUBLISH_FromClient_AliasOfAnEarlierConnection_IsNotKnown()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ResumeAsync("c");
        await client.PublishAsync(new OutgoingPublish("a", "x") { TopicAlias = 1 });
        await client.DisconnectAsync();
        TestClient back = await broker.ResumeAsync("c");
        await back.PublishAsync(new OutgoingPublish("", "y") { TopicAlias = 1 });
        await back.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }

    [Fact, Spec("MQTT-3.1.2-27")]
    public async Task PUBLISH_FromServer_ClientTakesNoAliases_NamesEachTime()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        for (int i = 0; i < 3; i++)
        {
            await subscriber.PublishAsync(new OutgoingPublish("t/1", "x"));
            Assert.Equal(0, (await subscriber.ExpectPublishAsync("t/1", "x")).TopicAlias);
        }
    }

    [Theory, Spec("MQTT-3.1.2-26"), Spec("MQTT-3.3.2-11")]
    [InlineData(2, 10, 2)]
    [InlineData(100, 10, 10)]
    [InlineData(100, 3, 3)]
    [InlineData(100, 0, 0)]
    [Directive("max_topic_alias_broker")]
    public async Task PUBLISH_FromServer_ClientTakesAliases_FirstTopicsGetOneAndTheRestTheirNames(
        int allowed, int brokerMax, int used)
    {
        await using var broker =
            TestBroker.WithListener(listener => listener with { TopicAliasMaximumBroker = (ushort)brokerMax });
        TestClient subscriber = await SubscribedAsync(broker, (ushort)allowed);
        for (int round = 0; round < 2; round++)
        {
            for (int i = 1; i <= used + 1; i++)
            {
                await subscriber.PublishAsync(new OutgoingPublish($"t/{i}", "x"));
                ReceivedPublish message = await subscriber.ReadAsync<ReceivedPublish>();
                string name = round > 0 && i <= used ? "" : $"t/{i}";
                Assert.Equal((name, i <= used ? i : 0), (message.Topic, message.TopicAlias));
            }
        }
    }

    [Fact, Spec("MQTT-3.3.2-7")]
    public async Task PUBLISH_FromServer_SentAgainOnANewConnection_HasItsNameAgain()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await broker.ResumeAsync("s", packet => packet with { TopicAliasMaximum = 5 });
        await subscriber.SubscribeAsync("t/#", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 2; i++) await publisher.PublishAndCompleteAsync(new OutgoingPublish("t/1", $"{i}", AtLeastOnce));
        Assert.Equal("t/1", (await subscriber.ReadAsync<ReceivedPublish>()).Topic);
        Assert.Equal("", (await subscriber.ReadAsync<ReceivedPublish>()).Topic);
        await subscriber.DisconnectAsync();
        TestClient back = await broker.ResumeAsync("s", packet => packet with { TopicAliasMaximum = 5 });
        Assert.Equal(1, (await back.ExpectPublishAsync("t/1", "0")).TopicAlias);
        Assert.Equal(1, (await back.ExpectPublishAsync("", "1")).TopicAlias);
    }

    private static async Task<TestClient> SubscribedAsync(TestBroker broker, ushort aliases = 0)
    {
        TestClient subscriber = await broker.ConnectV5Async("s", packet => packet with { TopicAliasMaximum = aliases });
        await subscriber.SubscribeAsync("t/#");
        return subscriber;
    }
}
