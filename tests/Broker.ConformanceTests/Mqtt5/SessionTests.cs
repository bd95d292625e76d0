using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Sessions: clean start, resuming, expiry (MQTT 5.0 sections 3.1.2.4, 3.1.2.11.2 and 4.1).</summary>
public sealed class SessionTests
{
    [Fact, Spec("MQTT-3.1.2-4"), Spec("MQTT-3.1.4-4")]
    public async Task CONNECT_FromClient_CleanStart_SubscriptionsAndQueueAreGone()
    {
        await using var broker = new TestBroker();
        await broker.LeaveSubscribedAsync("s", "a");
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "queued", AtLeastOnce));

        TestClient back = await broker.ConnectV5Async("s");
        await back.ExpectNothingAsync();
        await publisher.PublishAsync(new OutgoingPublish("a", "new", AtLeastOnce) { PacketId = 9 });
        await publisher.ExpectAckAsync(PacketType.PubAck, 9, ReasonCode.NoMatchingSubscribers);
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.SessionEnded));
    }

    [Fact, Spec("MQTT-3.1.2-5"), Spec("MQTT-4.5.0-1"), Spec("MQTT-3.1.2-23")]
    public async Task CONNECT_FromClient_NoCleanStart_GetsWhatWasQueuedAndKeepsItsSubscription()
    {
        await using var broker = new TestBroker();
        await broker.LeaveSubscribedAsync("s", "a");
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "queued", AtLeastOnce));

        TestClient back = await broker.ResumeAsync("s");
        ReceivedPublish first = await back.ExpectPublishAsync("a", "queued");
        Assert.False(first.Dup);
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "live", AtLeastOnce));
        await back.ExpectPublishAsync("a", "live");
    }

    [Fact, Spec("MQTT-3.1.2-6")]
    public async Task CONNECT_FromClient_NoCleanStartAndNoSession_GetsANewOne()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ResumeAsync("s");
        await client.ExpectNothingAsync();
        Assert.Equal(1, broker.Engine.Sessions.Registry.Count);
    }

    [Fact, Spec("MQTT-4.1.0-2")]
    public async Task CONNECT_FromClient_NoSessionExpiryInterval_SessionEndsWithTheConnection()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("s", packet => packet with { CleanStart = false });
        await client.SubscribeAsync("a", AtLeastOnce);
        await client.DisconnectAsync();
        Assert.Equal(0, broker.Engine.Sessions.Registry.Count);
        Assert.Equal(0, broker.Engine.Router.Subscriptions.Count);
    }

    // A session must not come back when its time is over.
    [Theory, Spec("MQTT-4.1.0-2"), Spec("MQTT-3.1.2-23")]
    [Demand("B14")]
    [InlineData(59, true)]
    [InlineData(61, false)]
    public async Task SESSION_InServer_IntervalOfSixtySeconds_IsPresentUntilItHasPassed(int secondsAway, bool isPresent)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ResumeAsync("s", packet => packet with { SessionExpiryIntervalSeconds = 60 });
        await client.DisconnectAsync();
        broker.Advance(TimeSpan.FromSeconds(secondsAway));
        ConnAckPacket answer = await broker.OpenV5().ConnectAsync("s", packet => packet with { CleanStart = false });
        Assert.Equal(isPresent, answer.SessionPresent);
    }

    [Fact, Spec("MQTT-4.1.0-1")]
    public async Task SESSION_InServer_ConnectedLongerThanItsInterval_IsKept()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ResumeAsync("s", packet => packet with { SessionExpiryIntervalSeconds = 1 });
        await client.SubscribeAsync("a");
        broker.Advance(TimeSpan.FromMinutes(5));
        await client.TellAsync("b", "nobody");
        Assert.Equal(1, broker.Engine.Router.Subscriptions.Count);
    }

    [Fact]
    public async Task SESSION_InServer_ReconnectedBeforeExpiry_TimeStartsAnew()
    {
        await using var broker = new TestBroker();
        await (await broker.ResumeAsync("s", Minute)).DisconnectAsync();
        broker.Advance(TimeSpan.FromSeconds(50));
        await (await broker.ResumeAsync("s", Minute)).DisconnectAsync();
        broker.Advance(TimeSpan.FromSeconds(50));
        ConnAckPacket answer = await broker.OpenV5().ConnectAsync("s", packet => packet with { CleanStart = false });
        Assert.True(answer.SessionPresent);

        static ConnectPacket Minute(ConnectPacket packet) => packet with { SessionExpiryIntervalSeconds = 60 };
    }

    [Fact]
    public async Task SESSION_InServer_IntervalOfAllOnes_NeverExpires()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ResumeAsync("s", packet => packet with { SessionExpiryIntervalSeconds = uint.MaxValue });
        await client.DisconnectAsync();
        broker.Time.Advance(TimeSpan.FromHours(3));
        Assert.Equal(1, broker.Engine.Sessions.Registry.Count);
    }

    [Fact]
    public async Task SESSION_InServer_Expires_QueuedMessagesAreCountedAsDropped()
    {
        await using var broker = new TestBroker();
        await broker.LeaveSubscribedAsync("s", "a");
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "1", AtLeastOnce));
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "2", ExactlyOnce));
        broker.Advance(TimeSpan.FromSeconds(3602));
        Assert.Equal(2, broker.Engine.Metrics.Dropped(DropReason.SessionEnded));
        Assert.Equal(1, broker.Engine.Sessions.Registry.Count);
    }

    [Theory]
    [InlineData(3600u, 10u)]
    [InlineData(uint.MaxValue, 10u)]
    public async Task DISCONNECT_FromClient_ShorterSessionExpiryInterval_IsUsedInstead(uint inConnect, uint inDisconnect)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ResumeAsync("s", packet => packet with { SessionExpiryIntervalSeconds = inConnect });
        await client.SendAsync(new DisconnectPacket { SessionExpiryIntervalSeconds = inDisconnect });
        await client.ExpectClosedAsync();
        Assert.Equal(1, broker.Engine.Sessions.Registry.Count);
        broker.Advance(TimeSpan.FromSeconds(12));
        Assert.Equal(0, broker.Engine.Sessions.Registry.Count);
    }

    [Fact]
    public async Task DISCONNECT_FromClient_SessionExpiryIntervalZero_SessionEndsNow()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ResumeAsync("s");
        await client.SendAsync(new DisconnectPacket { SessionExpiryIntervalSeconds = 0 });
        await client.ExpectClosedAsync();
        Assert.Equal(0, broker.Engine.Sessions.Registry.Count);
    }

    [Fact, Spec("MQTT-3.14.2-2")]
    public async Task DISCONNECT_FromClient_SessionExpiryIntervalAfterZeroInConnect_ProtocolError()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("s");
        await client.SendAsync(new DisconnectPacket { SessionExpiryIntervalSeconds = 5 });
        DisconnectPacket? answer = await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
        Assert.Null(answer!.SessionExpiryIntervalSeconds);
        Assert.Equal(0, broker.Engine.Sessions.Registry.Count);
    }

    [Fact]
    public async Task SESSION_InServer_NewIntervalInEachConnect_TheLastOneCounts()
    {
        await using var broker = new TestBroker();
        await (await broker.ResumeAsync("s")).DisconnectAsync();
        TestClient again = await broker.ConnectV5Async("s", packet => packet with { CleanStart = false });
        await again.DisconnectAsync();
        Assert.Equal(0, broker.Engine.Sessions.Registry.Count);
    }
}
