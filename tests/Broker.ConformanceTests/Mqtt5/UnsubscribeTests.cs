using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>UNSUBSCRIBE and UNSUBACK (MQTT 5.0 sections 3.10 and 3.11).</summary>
public sealed class UnsubscribeTests
{
    [Fact, Spec("MQTT-3.10.4-4"), Spec("MQTT-3.10.4-5"), Spec("MQTT-2.2.1-6")]
    public async Task UNSUBSCRIBE_FromClient_NoSuchSubscription_UnsubackWithItsPacketIdSaysSo()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendBytesAsync("a2 06 12 34 00 00 01 'a'");
        await client.ExpectBytesAsync("b0 04 12 34 00 11");
    }

    [Fact, Spec("MQTT-3.10.4-6"), Spec("MQTT-3.11.3-1"), Spec("MQTT-3.11.3-2")]
    public async Task UNSUBSCRIBE_FromClient_SeveralFilters_OneUnsubackWithAReasonEachInOrder()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync(new SubscriptionRequest("a", 0), new SubscriptionRequest("$share/g/b", 0));
        UnsubAckPacket answer = await client.UnsubscribeAsync("a", "x", "$share/g/b", "a");
        Assert.Equal(
            [ReasonCode.Success, ReasonCode.NoSubscriptionExisted, ReasonCode.Success, ReasonCode.NoSubscriptionExisted],
            answer.ReasonCodes);
        Assert.Equal(0, broker.Engine.Router.Subscriptions.Count);
    }

    [Fact, Spec("MQTT-3.10.4-1")]
    public async Task UNSUBSCRIBE_FromClient_FilterThatMatchesButIsNotEqual_SubscriptionStays()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("+");
        UnsubAckPacket answer = await client.UnsubscribeAsync("#", "a", "A");
        Assert.All(answer.ReasonCodes, reason => Assert.Equal(ReasonCode.NoSubscriptionExisted, reason));
        await client.HearItselfAsync();
    }

    [Fact, Spec("MQTT-3.10.4-2")]
    public async Task UNSUBSCRIBE_FromClient_Done_NewMessagesDoNotArrive()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("a");
        await client.UnsubscribeAsync("a");
        await client.TellAsync("a", "x");
    }

    [Fact, Spec("MQTT-3.10.4-3")]
    public async Task UNSUBSCRIBE_FromClient_MessagesInFlight_AreCompleted()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await broker.ConnectV5Async("s");
        await subscriber.SubscribeAsync("a", ExactlyOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", ExactlyOnce));
        ReceivedPublish message = await subscriber.ExpectPublishAsync("a", "x");
        await subscriber.UnsubscribeAsync("a");
        await subscriber.AcknowledgeAsync(PacketType.PubRec, message.PacketId);
        await subscriber.ExpectAckAsync(PacketType.PubRel, message.PacketId);
        await subscriber.AcknowledgeAsync(PacketType.PubComp, message.PacketId);
        await subscriber.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.10.3-2")]
    public async Task UNSUBSCRIBE_FromClient_WithoutFilter_ProtocolError()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendBytesAsync("a2 03 00 01 00");
        await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
    }
}
