using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Large retained sets reach a new subscriber whole, at the pace it takes them (MQTT 5.0 section 3.3.1.3).</summary>
public sealed class RetainedReplayTests
{
    // Demands E1, E2 and E3: all of them, whatever the window and the queue limit are.
    [Theory, Spec("MQTT-3.3.1-9")]
    [InlineData(AtLeastOnce, 3)]
    [InlineData(AtMostOnce, 65_535)]
    public async Task SUBSCRIBE_FromClient_HundredThousandRetainedTopics_EachArrivesOnce(QualityOfService qos, int receiveMaximum)
    {
        const int Topics = 100_000;
        await using var broker = TestBroker.WithLimits(limits => limits with
        {
            QueuedMessagesMax = 100, InflightMessagesMax = 0,
        });
        await RetainAsync(broker, Topics, qos);
        TestClient subscriber =
            await broker.ConnectV5Async("s", packet => packet with { ReceiveMaximum = (ushort)receiveMaximum });
        await subscriber.SubscribeAsync("#", qos);
        HashSet<string> seen = [];
        for (int i = 0; i < Topics; i++) Assert.True(seen.Add((await subscriber.ReceiveAndCompleteAsync()).Topic));
        await subscriber.ExpectNothingAsync();
        Assert.Equal(0, broker.Engine.Metrics.Dropped(DropReason.QueueMessages));
    }

    [Fact, Spec("MQTT-3.3.4-9")]
    public async Task PUBLISH_FromServer_Replay_KeepsToTheReceiveMaximum()
    {
        await using var broker = new TestBroker();
        await RetainAsync(broker, 100, AtLeastOnce);
        TestClient subscriber = await broker.ConnectV5Async("s", packet => packet with { ReceiveMaximum = 2 });
        await subscriber.SubscribeAsync("#", AtLeastOnce);
        for (int i = 0; i < 100; i += 2)
        {
            ushort first = (await subscriber.ReadAsync<ReceivedPublish>()).PacketId;
            ushort second = (await subscriber.ReadAsync<ReceivedPublish>()).PacketId;
            await subscriber.ExpectNothingAsync();
            await subscriber.AcknowledgeAsync(PacketType.PubAck, second);
            await subscriber.AcknowledgeAsync(PacketType.PubAck, first);
        }
        await subscriber.ExpectNothingAsync();
    }

    // The queue holds four; the replay must not take the places of live messages.
    [Fact]
    public async Task PUBLISH_FromServer_LiveMessagesDuringAReplay_AreNotDroppedForIt()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { QueuedMessagesMax = 4 });
        await RetainAsync(broker, 50, AtLeastOnce);
        TestClient subscriber = await broker.ConnectV5Async("s", packet => packet with { ReceiveMaximum = 1 });
        await subscriber.SubscribeAsync("#", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 2; i++) await publisher.PublishAndCompleteAsync(new OutgoingPublish("live", $"{i}", AtLeastOnce));
        List<string> received = [];
        for (int i = 0; i < 52; i++) received.Add((await subscriber.ReceiveAndCompleteAsync()).Topic);
        Assert.Equal(2, received.Count(topic => topic == "live"));
        Assert.Equal(0, broker.Engine.Metrics.Dropped(DropReason.QueueMessages));
    }

    // What is replaced while the replay is under way is sent once, live, and never as the older message after it.
    [Fact, Spec("MQTT-3.3.1-5")]
    public async Task PUBLISH_FromServer_RetainedMessageReplacedDuringItsReplay_OldOneDoesNotComeLater()
    {
        await using var broker = new TestBroker();
        await RetainAsync(broker, 200, AtLeastOnce);
        TestClient subscriber = await broker.ConnectV5Async("s", packet => packet with { ReceiveMaximum = 1 });
        await subscriber.SubscribeAsync("#", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("t/199", "new", AtLeastOnce) { Retain = true });
        List<string> texts = [];
        for (int i = 0; i < 200; i++)
        {
            ReceivedPublish message = await subscriber.ReceiveAndCompleteAsync();
            if (message.Topic == "t/199") texts.Add(message.Text);
        }
        await subscriber.ExpectNothingAsync();
        Assert.Equal(["new"], texts);
    }

    [Fact]
    public async Task PUBLISH_FromServer_TopicsClearedDuringTheReplay_TheOthersStillArrive()
    {
        await using var broker = new TestBroker();
        await RetainAsync(broker, 200, AtLeastOnce);
        TestClient subscriber = await broker.ConnectV5Async("s", packet => packet with { ReceiveMaximum = 1 });
        await subscriber.SubscribeAsync("t/#", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 100; i < 200; i++) await publisher.PublishAsync(new OutgoingPublish($"t/{i}") { Retain = true });
        await publisher.PingFenceAsync();
        HashSet<string> seen = [];
        while (seen.Count < 100)
        {
            ReceivedPublish message = await subscriber.ReceiveAndCompleteAsync();
            if (message.Payload.Length > 0 && message.Topic.Length < "t/100".Length) seen.Add(message.Topic);
        }
    }

    // Demands E1: a replay that was cut off goes on where it was.
    [Fact]
    public async Task PUBLISH_FromServer_ConnectionLostDuringTheReplay_TheRestFollowsOnReturn()
    {
        await using var broker = new TestBroker();
        await RetainAsync(broker, 300, AtLeastOnce);
        TestClient subscriber = await broker.ResumeAsync("s", packet => packet with { ReceiveMaximum = 5 });
        await subscriber.SubscribeAsync("#", AtLeastOnce);
        HashSet<string> seen = [];
        for (int i = 0; i < 50; i++) seen.Add((await subscriber.ReceiveAndCompleteAsync()).Topic);
        await subscriber.CloseAsync();
        TestClient back = await broker.ResumeAsync("s");
        while (seen.Count < 300) seen.Add((await back.ReceiveAndCompleteAsync()).Topic);
    }

    [Fact, Spec("MQTT-3.10.4-2")]
    public async Task UNSUBSCRIBE_FromClient_DuringTheReplay_TheRestIsNotSent()
    {
        const int Topics = 500;
        await using var broker = new TestBroker();
        await RetainAsync(broker, Topics, AtLeastOnce);
        TestClient subscriber = await broker.ConnectV5Async("s", packet => packet with { ReceiveMaximum = 1 });
        await subscriber.SubscribeAsync(new SubscriptionRequest("t/+", 1), new SubscriptionRequest("t/7", 1));
        ReceivedPublish? message = await subscriber.ReadAsync<ReceivedPublish>();
        await subscriber.UnsubscribeAsync("t/+");
        List<string> received = [];
        while (message is not null)
        {
            received.Add(message.Topic);
            await subscriber.AcknowledgeAsync(PacketType.PubAck, message.PacketId);
            await subscriber.PingAsync();
            message = await subscriber.ReadAsync<object>() as ReceivedPublish;
            if (message is not null) await subscriber.ReadAsync<PingResponse>();
        }
        Assert.InRange(received.Count, 2, Topics / 2);
        Assert.Equal("t/7", received[^1]);
    }

    [Fact]
    public async Task SUBSCRIBE_FromClient_SeveralFiltersInOnePacket_EachIsReplayed()
    {
        await using var broker = new TestBroker();
        await RetainAsync(broker, 40, AtMostOnce);
        TestClient subscriber = await broker.ConnectV5Async("s");
        await subscriber.SubscribeAsync(new SubscriptionRequest("t/+", 0), new SubscriptionRequest("#", 0));
        Dictionary<string, int> counts = [];
        for (int i = 0; i < 80; i++)
        {
            string topic = (await subscriber.ReadAsync<ReceivedPublish>()).Topic;
            counts[topic] = counts.GetValueOrDefault(topic) + 1;
        }
        Assert.Equal(40, counts.Count);
        Assert.All(counts.Values, count => Assert.Equal(2, count));
        await subscriber.ExpectNothingAsync();
    }

    private static async Task RetainAsync(TestBroker broker, int topics, QualityOfService qos)
    {
        TestClient publisher = await broker.ConnectV5Async("retainer");
        const int Together = 10;
        for (int i = 0; i < topics; i += Together)
        {
            for (int j = i; j < i + Together; j++)
                await publisher.PublishAsync(new OutgoingPublish($"t/{j}", "x", qos) { Retain = true });
            for (int j = 0; j < Together && qos != AtMostOnce; j++) await publisher.ReadAsync<AckPacket>();
        }
        await publisher.PingFenceAsync();
        await publisher.DisconnectAsync();
        Assert.Equal(topics, broker.Engine.Retained.Count);
    }
}
