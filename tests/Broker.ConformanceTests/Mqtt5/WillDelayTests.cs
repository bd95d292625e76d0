using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>When a will is published: Will Delay Interval, session expiry and takeover (MQTT 5.0 section 3.1.3.2.2).</summary>
public sealed class WillDelayTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact, Spec("MQTT-3.1.2-8")]
    public async Task WILL_FromServer_DelayOfTenSeconds_IsPublishedWhenTheyHavePassed()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        await LoseAsync(broker, delaySeconds: 10, expirySeconds: 60);
        broker.Advance(9 * Second);
        await watcher.ExpectNothingAsync();
        broker.Advance(2 * Second);
        await watcher.ExpectPublishAsync("will", "gone");
    }

    [Fact, Spec("MQTT-3.1.3-9"), Spec("MQTT-3.1.2-8")]
    public async Task WILL_FromServer_OwnerReturnsWithinTheDelay_IsNotPublished()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        await LoseAsync(broker, delaySeconds: 10, expirySeconds: 60);
        broker.Advance(5 * Second);
        await broker.ResumeAsync("c");
        broker.Advance(100 * Second);
        await watcher.ExpectNothingAsync();
    }

    // At the earlier of delay and session expiry.
    [Theory, Spec("MQTT-3.1.2-8")]
    [Demand("C2")]
    [InlineData(60u, 10u, 11)]
    [InlineData(10u, 60u, 11)]
    [InlineData(10u, 10u, 11)]
    public async Task WILL_FromServer_DelayAndExpiry_TheEarlierCounts(uint delaySeconds, uint expirySeconds, int dueSeconds)
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        await LoseAsync(broker, delaySeconds, expirySeconds);
        broker.Advance((dueSeconds - 2) * Second);
        await watcher.ExpectNothingAsync();
        broker.Advance(2 * Second);
        await watcher.ExpectPublishAsync("will", "gone");
        broker.Advance(100 * Second);
        await watcher.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.1.2-8")]
    public async Task WILL_FromServer_DelayButNoExpiry_IsPublishedAtOnce()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        await LoseAsync(broker, delaySeconds: 600, expirySeconds: 0);
        await watcher.ExpectPublishAsync("will", "gone");
    }

    [Fact]
    public async Task DISCONNECT_FromClient_WithWillAndExpiryZero_WillIsPublishedAtOnceDespiteItsDelay()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        TestClient client = await ConnectAsync(broker, delaySeconds: 600, expirySeconds: 60);
        await client.SendAsync(new DisconnectPacket
        {
            ReasonCode = ReasonCode.DisconnectWithWillMessage, SessionExpiryIntervalSeconds = 0,
        });
        await watcher.ExpectPublishAsync("will", "gone");
    }

    // What an observer sees when the owner comes back while its old connection is still open.
    [Theory, Spec("MQTT-3.1.2-8"), Spec("MQTT-3.1.3-9")]
    [Demand("C1"), Demand("C4")]
    [InlineData(0u, 0u, true, true)]
    [InlineData(0u, 0u, false, true)]
    [InlineData(0u, 60u, true, true)]
    [InlineData(0u, 60u, false, true)]
    [InlineData(30u, 0u, true, true)] // the session ends with the old connection
    [InlineData(30u, 0u, false, true)]
    [InlineData(30u, 60u, true, true)] // clean start ends it
    [InlineData(30u, 60u, false, false)] // the session goes on within the delay
    public async Task CONNECT_FromClient_TakesOver_OldWillIsPublishedUnlessItsDelayProtectsIt(
        uint delaySeconds, uint expirySeconds, bool cleanStart, bool isPublished)
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        TestClient old = await ConnectAsync(broker, delaySeconds, expirySeconds);
        await broker.ConnectV5Async("c", packet => packet with { CleanStart = cleanStart, SessionExpiryIntervalSeconds = 60 });
        await old.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
        if (isPublished) await watcher.ExpectPublishAsync("will", "gone");
        broker.Advance(120 * Second);
        await watcher.ExpectNothingAsync();
    }

    // The same when the old connection was lost before, within the delay.
    [Theory, Spec("MQTT-3.1.2-8"), Spec("MQTT-3.1.3-9")]
    [Demand("C1")]
    [InlineData(true, true)] // clean start ends the session, and with it the delay
    [InlineData(false, false)]
    public async Task CONNECT_FromClient_ReturnsWithinTheDelay_CleanStartPublishesTheWill(bool cleanStart, bool isPublished)
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        await LoseAsync(broker, delaySeconds: 30, expirySeconds: 60);
        await broker.ConnectV5Async("c", packet => packet with { CleanStart = cleanStart, SessionExpiryIntervalSeconds = 60 });
        if (isPublished) await watcher.ExpectPublishAsync("will", "gone");
        broker.Advance(120 * Second);
        await watcher.ExpectNothingAsync();
    }

    [Fact]
    public async Task WILL_FromServer_OwnerHasANewWill_TheNewOneIsPublished()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        await LoseAsync(broker, delaySeconds: 30, expirySeconds: 60);
        TestClient back = await broker.ResumeAsync("c", packet => packet with { Will = Mqtt5Clients.Will("will", "again") });
        await back.DisconnectAsync(ReasonCode.DisconnectWithWillMessage);
        await watcher.ExpectPublishAsync("will", "again");
        broker.Advance(120 * Second);
        await watcher.ExpectNothingAsync();
    }

    // mosquitto publishes what waits when it stops; so do we.
    [Fact]
    public async Task WILL_FromServer_ServerStopsWithinTheDelay_IsPublished()
    {
        await using var broker = new TestBroker();
        await broker.LeaveSubscribedAsync("s", "will");
        TestClient client = await broker.ResumeAsync("c", packet => packet with
        {
            Will = Mqtt5Clients.Will("will", "gone", delaySeconds: 30) with { Qos = QualityOfService.AtLeastOnce },
        });
        await client.DisconnectAsync(ReasonCode.DisconnectWithWillMessage);
        broker.Engine.EndStop();
        Assert.True(broker.Engine.Sessions.Registry.TryGet("s", out var session));
        Assert.Equal(1, session.QueuedCount);
    }

    private static async Task<TestClient> WatchAsync(TestBroker broker)
    {
        TestClient watcher = await broker.ConnectV5Async("watcher");
        await watcher.SubscribeAsync("will");
        return watcher;
    }

    private static Task<TestClient> ConnectAsync(TestBroker broker, uint delaySeconds, uint expirySeconds) =>
        broker.ConnectV5Async("c", packet => packet with
        {
            Will = Mqtt5Clients.Will("will", "gone", delaySeconds), SessionExpiryIntervalSeconds = expirySeconds,
        });

    // Ends the connection in a way that asks for the will, and waits until the broker has dealt with it.
    private static async Task LoseAsync(TestBroker broker, uint delaySeconds, uint expirySeconds)
    {
        TestClient client = await ConnectAsync(broker, delaySeconds, expirySeconds);
        await client.DisconnectAsync(ReasonCode.DisconnectWithWillMessage);
    }
}
