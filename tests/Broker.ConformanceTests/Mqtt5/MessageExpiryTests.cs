using Broker.Diagnostics;
using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Message Expiry Interval (MQTT 5.0 section 3.3.2.3.3).</summary>
public sealed class MessageExpiryTests
{
    [Theory, Spec("MQTT-3.3.2-6")]
    [InlineData(0, 60u)]
    [InlineData(20, 40u)]
    [InlineData(59, 1u)]
    public async Task PUBLISH_FromServer_WaitedForAWhile_HasTheRestOfItsTime(int secondsWaiting, uint expected)
    {
        await using var broker = new TestBroker();
        await broker.LeaveSubscribedAsync("s", "a");
        await PublishAsync(broker, AtLeastOnce, 60);
        broker.Advance(TimeSpan.FromSeconds(secondsWaiting));
        TestClient back = await broker.ResumeAsync("s");
        Assert.Equal(expected, (await back.ExpectPublishAsync("a", "x")).MessageExpirySeconds);
    }

    [Fact, Spec("MQTT-3.3.2-6")]
    public async Task PUBLISH_FromServer_NoExpiryGiven_NoneIsSent()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("a");
        await client.PublishAsync(new OutgoingPublish("a", "x"));
        Assert.Null((await client.ExpectPublishAsync("a", "x")).MessageExpirySeconds);
    }

    [Theory, Spec("MQTT-3.3.2-5")]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task PUBLISH_FromServer_ExpiredWhileTheSessionWasAway_IsDroppedAndCounted(QualityOfService qos)
    {
        await using var broker = new TestBroker();
        await broker.LeaveSubscribedAsync("s", "a", qos);
        await PublishAsync(broker, qos, 5);
        broker.Advance(TimeSpan.FromSeconds(6));
        TestClient back = await broker.ResumeAsync("s");
        await back.ExpectNothingAsync();
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.Expired));
    }

    // Demands L4: the server keeps the time, also of what waits behind a full window.
    [Fact, Spec("MQTT-3.3.2-5")]
    public async Task PUBLISH_FromServer_ExpiredBehindAFullWindow_TheNextOneFollows()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await broker.ConnectV5Async("s", packet => packet with { ReceiveMaximum = 1 });
        await subscriber.SubscribeAsync("a", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "1", AtLeastOnce));
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "2", AtLeastOnce) { MessageExpirySeconds = 5 });
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "3", AtLeastOnce));
        await subscriber.ExpectPublishAsync("a", "1");
        broker.Advance(TimeSpan.FromSeconds(6));
        await subscriber.AcknowledgeAsync(PacketType.PubAck, 1);
        Assert.Equal(3, (await subscriber.ExpectPublishAsync("a", "3")).PacketId);
        await subscriber.AcknowledgeAsync(PacketType.PubAck, 3);
        await subscriber.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.3.2-5"), Spec("MQTT-3.3.2-6")]
    public async Task PUBLISH_FromServer_Retained_HasTheRestOfItsTimeAndThenIsGone()
    {
        await using var broker = new TestBroker();
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAsync(new OutgoingPublish("a", "x") { Retain = true, MessageExpirySeconds = 30 });
        await publisher.PingFenceAsync();
        broker.Advance(TimeSpan.FromSeconds(10));
        TestClient early = await broker.ConnectV5Async("early");
        await early.SubscribeAsync("a");
        Assert.Equal(20u, (await early.ExpectPublishAsync("a", "x")).MessageExpirySeconds);
        broker.Advance(TimeSpan.FromSeconds(21));
        TestClient late = await broker.ConnectV5Async("late");
        await late.SubscribeAsync("a");
        await late.ExpectNothingAsync();
    }

    [Fact]
    [Directive("retain_expiry_interval")]
    public async Task RETAINED_InServer_ExpiredAndSwept_TakesNoPlace()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { RetainExpirySweep = TimeSpan.FromMinutes(1) });
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAsync(new OutgoingPublish("a/b/c", "x") { Retain = true, MessageExpirySeconds = 30 });
        await publisher.RetainAsync("a/b", "stays");
        Assert.Equal(2, broker.Engine.Retained.Count);
        broker.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(1, broker.Engine.Retained.Count);
    }

    [Fact]
    public async Task RETAINED_InServer_SweepMadeMoreFrequentByReload_IsSweptThen()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { RetainExpirySweep = TimeSpan.FromDays(1) });
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAsync(new OutgoingPublish("a", "x") { Retain = true, MessageExpirySeconds = 30 });
        await publisher.PingFenceAsync();
        broker.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, broker.Engine.Retained.Count);
        broker.Engine.Apply(
            broker.Options with { Limits = broker.Options.Limits with { RetainExpirySweep = TimeSpan.FromMinutes(1) } });
        broker.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(0, broker.Engine.Retained.Count);
    }

    // Two subscribers share one encoded frame only where the time does not matter.
    [Fact, Spec("MQTT-3.3.2-6")]
    public async Task PUBLISH_FromServer_OneSubscriberNowAndOneLater_EachHasItsOwnRest()
    {
        await using var broker = new TestBroker();
        await broker.LeaveSubscribedAsync("later", "a");
        TestClient now = await broker.ConnectV5Async("now");
        await now.SubscribeAsync("a", AtLeastOnce);
        await PublishAsync(broker, AtLeastOnce, 60);
        Assert.Equal(60u, (await now.ExpectPublishAsync("a", "x")).MessageExpirySeconds);
        broker.Advance(TimeSpan.FromSeconds(30));
        TestClient back = await broker.ResumeAsync("later");
        Assert.Equal(30u, (await back.ExpectPublishAsync("a", "x")).MessageExpirySeconds);
    }

    private static async Task PublishAsync(TestBroker broker, QualityOfService qos, uint seconds)
    {
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", qos) { MessageExpirySeconds = seconds });
    }
}
