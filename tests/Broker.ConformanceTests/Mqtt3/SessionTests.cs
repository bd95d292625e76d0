using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>MQTT 3.1.1 sections 3.1.2.4 and 4.1: the session and what is stored in it.</summary>
public sealed class SessionTests
{
    [Fact, Spec("MQTT-3.1.2-4"), Spec("MQTT-3.1.4-3")]
    [Demand("A17")]
    public async Task CONNECT_FromClient_NotCleanSession_ResumesItsSubscriptions()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SubscribeAsync("a", AtLeastOnce);
        await client.DisconnectAsync();

        client = await broker.ConnectPersistentAsync("client");
        await client.PublishAsync(new("a", "x"));

        await client.ExpectPublishAsync("a", "x");
    }

    [Theory, Spec("MQTT-3.1.2-5"), Spec("MQTT-4.5.0-1")]
    [Demand("A17")]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task CONNECT_FromClient_NotCleanSession_GetsWhatCameWhileItWasAway(QualityOfService qos)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SubscribeAsync("a", qos);
        await client.DisconnectAsync();
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "x", qos));

        client = await broker.ConnectPersistentAsync("client");

        ReceivedPublish message = await client.ReceiveAndCompleteAsync();
        Assert.Equal(("a", "x", qos, false), (message.Topic, message.Text, message.Qos, message.Dup));
    }

    [Fact, Spec("MQTT-3.1.2-6"), Spec("MQTT-3.1.4-3")]
    public async Task CONNECT_FromClient_CleanSession_DiscardsTheEarlierSession()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SubscribeAsync("a", AtLeastOnce);
        await client.DisconnectAsync();
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "x", AtLeastOnce));

        client = await broker.ConnectAsync("client");
        await publisher.PublishAndCompleteAsync(new("a", "y", AtLeastOnce));

        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.1.2-6")]
    public async Task CONNECT_FromClient_CleanSession_IsNotReusedBySessionsAfterIt()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", AtLeastOnce);
        await client.DisconnectAsync();

        client = broker.Open();
        ConnAckPacket answer = await client.ConnectPersistentAsync("client");
        await client.PublishAsync(new("a", "x"));

        Assert.False(answer.SessionPresent);
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.1.2-7")]
    public async Task SESSION_InServer_Ends_RetainedMessagesStay()
    {
        await using var broker = new TestBroker();
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "kept", AtLeastOnce) { Retain = true });
        await publisher.DisconnectAsync();
        await broker.ConnectAsync("publisher");

        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a");

        await client.ExpectPublishAsync("a", "kept");
    }

    [Fact, Spec("MQTT-4.1.0-1"), Spec("MQTT-4.1.0-2")]
    public async Task SESSION_InServer_ConnectedForLong_KeepsItsState()
    {
        await using var broker =
            TestBroker.WithLimits(limits => limits with { PersistentClientExpiration = TimeSpan.FromHours(1) });
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", ExactlyOnce);
        await client.SendBytesAsync("34 06 00 01 'b' 00 07 'x'");
        await client.ExpectAckAsync(PacketType.PubRec, 7);

        broker.Advance(TimeSpan.FromHours(5));

        await client.PublishAsync(new("a", "x"));
        await client.ExpectPublishAsync("a", "x");
        await client.AcknowledgeAsync(PacketType.PubRel, 7);
        await client.ExpectAckAsync(PacketType.PubComp, 7);
    }

    [Fact, Spec("MQTT-4.1.0-1")]
    public async Task SESSION_InServer_AwayForLong_KeepsItsState()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SubscribeAsync("a", AtLeastOnce);
        await client.DisconnectAsync();

        broker.Advance(TimeSpan.FromDays(2));

        client = broker.Open();
        Assert.True((await client.ConnectPersistentAsync("client")).SessionPresent);
        await client.PublishAsync(new("a", "x"));
        await client.ExpectPublishAsync("a", "x");
    }

    [Fact, Spec("MQTT-4.1.0-1"), Spec("MQTT-3.1.4-2")]
    public async Task SESSION_InServer_TakenOver_KeepsItsState()
    {
        await using var broker = new TestBroker();
        TestClient earlier = await broker.ConnectPersistentAsync("client");
        await earlier.SubscribeAsync("a", AtLeastOnce);
        await earlier.SendBytesAsync("34 06 00 01 'b' 00 07 'x'");
        await earlier.ExpectAckAsync(PacketType.PubRec, 7);

        TestClient later = await broker.ConnectPersistentAsync("client");

        await earlier.ExpectClosedAsync();
        await later.AcknowledgeAsync(PacketType.PubRel, 7);
        await later.ExpectAckAsync(PacketType.PubComp, 7);
        await later.PublishAsync(new("a", "y"));
        await later.ExpectPublishAsync("a", "y");
    }

    [Fact, Spec("MQTT-4.5.0-1")]
    public async Task PUBLISH_FromClient_ManySessionsMatch_EachOfThemGetsIt()
    {
        await using var broker = new TestBroker();
        TestClient one = await broker.ConnectPersistentAsync("one");
        await one.SubscribeAsync("a/+", AtLeastOnce);
        await one.DisconnectAsync();
        TestClient two = await broker.ConnectAsync("two");
        await two.SubscribeAsync("#", ExactlyOnce);
        TestClient three = await broker.ConnectAsync("three");
        await three.SubscribeAsync("b/b", ExactlyOnce);

        await three.PublishAndCompleteAsync(new("a/b", "x", AtLeastOnce));

        one = await broker.ConnectPersistentAsync("one");
        await one.ExpectPublishAsync("a/b", "x");
        await two.ExpectPublishAsync("a/b", "x");
        await three.ExpectNothingAsync();
    }
}
