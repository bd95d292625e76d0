using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>A second connection with the same client id (MQTT 5.0 section 3.1.4).</summary>
public sealed class TakeoverTests
{
    // The loser is told 0x8E.
    [Theory, Spec("MQTT-3.1.4-3"), Spec("MQTT-3.14.4-1"), Spec("MQTT-3.14.4-2")]
    [Demand("C7")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CONNECT_FromClient_ClientIdInUse_OldConnectionIsToldSessionTakenOver(bool cleanStart)
    {
        await using var broker = new TestBroker();
        TestClient old = await broker.ConnectV5Async("c");
        TestClient young = await broker.ConnectV5Async("c", packet => packet with { CleanStart = cleanStart });
        await old.ExpectBytesAsync("e0 01 8e");
        await old.ExpectClosedAsync();
        await young.PingFenceAsync();
        Assert.Equal(1, broker.Engine.Sessions.Registry.Count);
    }

    [Fact]
    public async Task CONNECT_FromClient_TakesOverAKeptSession_SubscriptionsAndUnansweredMessagesMoveOver()
    {
        await using var broker = new TestBroker();
        TestClient old = await broker.ResumeAsync("s");
        await old.SubscribeAsync("a", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "1", AtLeastOnce));
        ushort packetId = (await old.ExpectPublishAsync("a", "1")).PacketId;

        TestClient young = await broker.ResumeAsync("s");
        await old.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
        ReceivedPublish again = await young.ExpectPublishAsync("a", "1");
        Assert.Equal((true, packetId), (again.Dup, again.PacketId));
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "2", AtLeastOnce));
        await young.ExpectPublishAsync("a", "2");
    }

    [Fact]
    public async Task CONNECT_FromClient_TakesOverASessionThatIsNotKept_StartsEmpty()
    {
        await using var broker = new TestBroker();
        TestClient old = await broker.ConnectV5Async("s");
        await old.SubscribeAsync("a");
        TestClient young = broker.OpenV5();
        ConnAckPacket answer = await young.ConnectAsync("s", packet => packet with { CleanStart = false });
        Assert.False(answer.SessionPresent);
        Assert.Equal(0, broker.Engine.Router.Subscriptions.Count);
        await old.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
    }

    [Fact]
    public async Task CONNECT_FromClient_OlderVersionTakesOver_OldFiveIsTold()
    {
        await using var broker = new TestBroker();
        TestClient old = await broker.ConnectV5Async("c");
        TestClient young = await broker.ConnectAsync("c");
        await old.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
        await young.PingFenceAsync();
    }

    // Two devices with one id keep the registry and the counters whole, however often they meet.
    [Fact]
    public async Task CONNECT_FromClient_TakesOverManyTimes_OneSessionAndOneConnectionRemain()
    {
        await using var broker = new TestBroker();
        for (int i = 0; i < 50; i++) await broker.ResumeAsync("s");
        TestClient last = await broker.ResumeAsync("s");
        await last.SubscribeAsync("a");
        await last.HearItselfAsync();
        Assert.Equal(1, broker.Engine.Sessions.Registry.Count);
        Assert.Equal(1, broker.Engine.Router.Subscriptions.Count);
    }

    [Fact]
    [Demand("C7")]
    public async Task DISCONNECT_FromClient_OfTheOldConnection_DoesNotEndTheNewOnesSession()
    {
        await using var broker = new TestBroker();
        TestClient old = await broker.ResumeAsync("s");
        TestClient young = await broker.ResumeAsync("s");
        await young.SubscribeAsync("a");
        await old.SendAsync(new DisconnectPacket { SessionExpiryIntervalSeconds = 0 });
        await old.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
        await young.HearItselfAsync();
    }
}
