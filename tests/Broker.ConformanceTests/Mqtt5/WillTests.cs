using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>What a will is published as, and after which end of a connection (MQTT 5.0 sections 3.1.2.5 to 3.1.3.4).</summary>
public sealed class WillTests
{
    [Fact, Spec("MQTT-3.1.2-7"), Spec("MQTT-3.1.2-8")]
    public async Task WILL_FromServer_ConnectionLost_IsPublished()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        TestClient client = await ConnectAsync(broker, Mqtt5Clients.Will("will", "gone"));
        await client.CloseAsync();
        await watcher.ExpectPublishAsync("will", "gone");
    }

    [Fact, Spec("MQTT-3.14.4-3"), Spec("MQTT-3.1.2-10")]
    public async Task DISCONNECT_FromClient_Normal_WillIsDiscarded()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        TestClient client = await ConnectAsync(broker, Mqtt5Clients.Will("will", "gone"));
        await client.DisconnectAsync();
        await watcher.ExpectNothingAsync();
    }

    [Theory, Spec("MQTT-3.1.2-8")]
    [InlineData(ReasonCode.DisconnectWithWillMessage)]
    [InlineData(ReasonCode.UnspecifiedError)]
    [InlineData(ReasonCode.ImplementationSpecificError)]
    public async Task DISCONNECT_FromClient_OtherReasonThanNormal_WillIsPublished(ReasonCode reason)
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        TestClient client = await ConnectAsync(broker, Mqtt5Clients.Will("will", "gone"));
        await client.DisconnectAsync(reason);
        await watcher.ExpectPublishAsync("will", "gone");
    }

    [Fact, Spec("MQTT-3.1.2-8"), Spec("MQTT-4.13.1-1")]
    public async Task WILL_FromServer_ClosedForAProtocolError_IsPublished()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        TestClient client = await ConnectAsync(broker, Mqtt5Clients.Will("will", "gone"));
        await client.SendBytesAsync("36 04 00 01 'a' 00");
        await client.ExpectDisconnectAsync(ReasonCode.MalformedPacket);
        await watcher.ExpectPublishAsync("will", "gone");
    }

    [Fact, Spec("MQTT-3.1.2-8")]
    public async Task WILL_FromServer_ServerStops_IsPublishedToWhoeverReturns()
    {
        await using var broker = new TestBroker();
        await broker.LeaveSubscribedAsync("s", "will");
        TestClient client = await ConnectAsync(broker, Mqtt5Clients.Will("will", "gone") with { Qos = AtLeastOnce });
        broker.Engine.BeginStop();
        await client.ExpectDisconnectAsync(ReasonCode.ServerShuttingDown);
        Assert.True(broker.Engine.Sessions.Registry.TryGet("s", out var session));
        Assert.Equal(1, session.QueuedCount);
    }

    [Theory, Spec("MQTT-3.1.2-9"), Spec("MQTT-3.1.2-12")]
    [InlineData(AtMostOnce)]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task WILL_FromServer_EachQos_IsPublishedWithIt(QualityOfService qos)
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker, ExactlyOnce);
        TestClient client = await ConnectAsync(broker, Mqtt5Clients.Will("will", "gone") with { Qos = qos });
        await client.CloseAsync();
        ReceivedPublish will = await watcher.ExpectPublishAsync("will", "gone");
        Assert.Equal((qos, false), (will.Qos, will.Retain));
    }

    [Theory]
    [InlineData(true, "gone")] // MQTT-3.1.2-15
    [InlineData(false, null)] // MQTT-3.1.2-14
    [Spec("MQTT-3.1.2-14"), Spec("MQTT-3.1.2-15")]
    public async Task WILL_FromServer_WillRetain_DecidesWhetherItIsKept(bool retain, string? kept)
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        TestClient client = await ConnectAsync(broker, Mqtt5Clients.Will("will", "gone") with { Retain = retain });
        await client.CloseAsync();
        await watcher.ExpectPublishAsync("will", "gone");
        TestClient late = await broker.ConnectV5Async("late");
        await late.SubscribeAsync("will");
        if (kept is not null) Assert.True((await late.ExpectPublishAsync("will", kept)).Retain);
        await late.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.1.3-10"), Spec("MQTT-3.3.2-18")]
    public async Task WILL_FromServer_WithProperties_AllAreForwardedInOrder()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        const string Properties =
            "01 01 03 00 04 'text' 08 00 01 'r' 09 00 02 de ad 26 00 01 'k' 00 01 '1' 26 00 01 'k' 00 01 '2'";
        TestClient client = await ConnectAsync(
            broker, Mqtt5Clients.Will("will", "gone") with { ForwardedProperties = WireText.Parse(Properties) });
        await client.CloseAsync();
        ReceivedPublish will = await watcher.ExpectPublishAsync("will", "gone");
        Assert.Equal(((byte)1, "text", "r"), (will.PayloadFormatIndicator, will.ContentType, will.ResponseTopic));
        Assert.Equal([0xDE, 0xAD], will.CorrelationData);
        Assert.Equal([new("k", "1"), new("k", "2")], will.UserProperties);
    }

    [Fact, Spec("MQTT-3.3.2-6")]
    public async Task WILL_FromServer_MessageExpiry_CountsFromItsPublication()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        TestClient client = await ConnectAsync(broker, Mqtt5Clients.Will("will", "gone") with { MessageExpirySeconds = 30 });
        broker.Advance(TimeSpan.FromMinutes(5));
        await client.CloseAsync();
        ReceivedPublish will = await watcher.ExpectPublishAsync("will", "gone");
        Assert.Equal(30u, will.MessageExpirySeconds);
    }

    [Fact, Spec("MQTT-3.1.2-10")]
    public async Task WILL_FromServer_PublishedOnce_NotAgainWhenTheSessionEnds()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        TestClient client = await ConnectAsync(broker, Mqtt5Clients.Will("will", "gone"), expirySeconds: 60);
        await client.CloseAsync();
        await watcher.ExpectPublishAsync("will", "gone");
        broker.Advance(TimeSpan.FromSeconds(70));
        await watcher.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.1.2-10")]
    public async Task CONNECT_FromClient_ReconnectsWithoutAWill_TheOldOneIsNotPublished()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        TestClient client = await ConnectAsync(broker, Mqtt5Clients.Will("will", "gone", delaySeconds: 10), expirySeconds: 60);
        await client.DisconnectAsync(ReasonCode.DisconnectWithWillMessage);
        TestClient back = await broker.ResumeAsync("c");
        await back.DisconnectAsync(ReasonCode.DisconnectWithWillMessage);
        broker.Advance(TimeSpan.FromSeconds(120));
        await watcher.ExpectNothingAsync();
    }

    [Fact]
    public async Task WILL_FromServer_EmptyPayloadRetained_ClearsTheRetainedMessage()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await WatchAsync(broker);
        TestClient client = await ConnectAsync(broker, Mqtt5Clients.Will("will", "") with { Retain = true });
        await client.RetainAsync("will", "here");
        await watcher.ExpectPublishAsync("will", "here");
        await client.CloseAsync();
        await watcher.ExpectPublishAsync("will", "");
        Assert.Equal(0, broker.Engine.Retained.Count);
    }

    // A client may not publish there, so its will may not either.
    [Fact]
    public async Task WILL_FromServer_TopicOfTheServer_IsDroppedAndCounted()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await broker.ConnectV5Async("watcher");
        await watcher.SubscribeAsync("$SYS/#");
        TestClient client = await ConnectAsync(broker, Mqtt5Clients.Will("$SYS/broker/uptime", "forged") with { Retain = true });
        await client.DisconnectAsync(ReasonCode.DisconnectWithWillMessage);
        await watcher.ExpectNothingAsync();
        Assert.Equal(0, broker.Engine.Retained.Count);
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.NotAuthorized));
    }

    private static async Task<TestClient> WatchAsync(TestBroker broker, QualityOfService qos = AtMostOnce)
    {
        TestClient watcher = await broker.ConnectV5Async("watcher");
        await watcher.SubscribeAsync("will", qos);
        return watcher;
    }

    private static Task<TestClient> ConnectAsync(TestBroker broker, WillMessage will, uint expirySeconds = 0) =>
        broker.ConnectV5Async("c", packet => packet with { Will = will, SessionExpiryIntervalSeconds = expirySeconds });
}
