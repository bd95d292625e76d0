using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Maximum Packet Size in both directions (MQTT 5.0 sections 3.1.2.11.4 and 3.2.2.3.6).</summary>
public sealed class PacketSizeTests
{
    /// <summary>Fixed header, topic <c>a</c>, packet id and empty properties: a PUBLISH without its payload.</summary>
    private const int OverheadBytes = 8;

    private const uint BytesMax = 60;

    [Fact, Spec("MQTT-3.2.2-15")]
    [Directive("max_packet_size")]
    public async Task PUBLISH_FromClient_LargerThanTheServersMaximum_DisconnectsWithPacketTooLarge()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { PacketBytesMax = 100 });
        TestClient client = await broker.ConnectV5Async("c");
        await client.PublishAsync(new OutgoingPublish("a", new string('x', 95)));
        await client.ExpectDisconnectAsync(ReasonCode.PacketTooLarge);
    }

    [Fact]
    public async Task PUBLISH_FromClient_ExactlyTheServersMaximum_IsTaken()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { PacketBytesMax = 100 });
        TestClient client = await broker.ConnectV5Async("c");
        await client.TellAsync("a", new string('x', 94));
    }

    // The header says it all: the broker does not wait for the body of what it will not take.
    [Fact, Spec("MQTT-3.2.2-15")]
    public async Task PUBLISH_FromClient_HeaderOfATooLargePacket_ClosesBeforeTheBody()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendBytesAsync("30 ff ff ff 7f 00 01 'a'");
        await client.ExpectDisconnectAsync(ReasonCode.PacketTooLarge);
    }

    [Theory, Spec("MQTT-3.1.2-24"), Spec("MQTT-3.1.2-25")]
    [InlineData(AtMostOnce)]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task PUBLISH_FromServer_LargerThanTheClientTakes_CountsAsCompleteAndTheNextFollows(QualityOfService qos)
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker, receiveMaximum: 1);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", new string('x', 60), qos));
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "small", qos));
        await subscriber.ExpectPublishAsync("a", "small");
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.PacketTooLarge));
    }

    // All were queued before the client came: nothing but the broker itself can move the window on.
    [Fact, Spec("MQTT-3.1.2-25")]
    public async Task PUBLISH_FromServer_SeveralTooLargeInARow_TheWindowMovesOn()
    {
        await using var broker = new TestBroker();
        await broker.LeaveSubscribedAsync("s", "a");
        TestClient publisher = await broker.ConnectV5Async("p");
        for (int i = 0; i < 3; i++)
            await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", new string('x', 60), AtLeastOnce));
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "small", AtLeastOnce));
        TestClient back =
            await broker.ResumeAsync("s", packet => packet with { ReceiveMaximum = 1, MaximumPacketSize = BytesMax });
        await back.ExpectPublishAsync("a", "small");
    }

    [Fact, Spec("MQTT-3.1.2-24")]
    public async Task PUBLISH_FromServer_ExactlyWhatTheClientTakes_IsSent()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await SubscribedAsync(broker);
        TestClient publisher = await broker.ConnectV5Async("p");
        string text = new('x', (int)BytesMax - OverheadBytes);
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", text, AtLeastOnce));
        await subscriber.ExpectPublishAsync("a", text);
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", text + "y", AtLeastOnce));
        await subscriber.ExpectNothingAsync();
    }

    // Two receivers share one encoded frame; only one of them takes it.
    [Fact, Spec("MQTT-3.1.2-24")]
    public async Task PUBLISH_FromServer_TooLargeForOneOfTwoSubscribers_TheOtherGetsIt()
    {
        await using var broker = new TestBroker();
        TestClient small = await SubscribedAsync(broker);
        TestClient large = await broker.ConnectV5Async("large");
        await large.SubscribeAsync("a", ExactlyOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", new string('x', 100), ExactlyOnce));
        await large.ExpectPublishAsync("a", new string('x', 100));
        await small.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.3.2-7")]
    public async Task PUBLISH_FromServer_TooLargeWouldHaveSetAnAlias_TheAliasIsNotUsedLater()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await broker.ConnectV5Async(
            "s", packet => packet with { MaximumPacketSize = BytesMax, TopicAliasMaximum = 5 });
        await subscriber.SubscribeAsync("a");
        await subscriber.PublishAsync(new OutgoingPublish("a", new string('x', 60)));
        await subscriber.PublishAsync(new OutgoingPublish("a", "small"));
        ReceivedPublish message = await subscriber.ExpectPublishAsync("a", "small");
        Assert.Equal(1, message.TopicAlias);
    }

    // Three bytes of alias must not cost the message.
    [Fact, Spec("MQTT-3.1.2-25")]
    public async Task PUBLISH_FromServer_FitsOnlyWithoutAnAlias_IsSentWithoutOne()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await broker.ConnectV5Async(
            "s", packet => packet with { MaximumPacketSize = BytesMax, TopicAliasMaximum = 5 });
        await subscriber.SubscribeAsync("a");
        string text = new('x', (int)BytesMax - OverheadBytes + 2); // QoS 0 has no packet id
        await subscriber.PublishAsync(new OutgoingPublish("a", text));
        Assert.Equal(0, (await subscriber.ExpectPublishAsync("a", text)).TopicAlias);
    }

    [Fact, Spec("MQTT-3.14.2-3"), Spec("MQTT-3.1.2-24")]
    public async Task DISCONNECT_FromServer_ReasonStringWouldNotFit_IsLeftOut()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c", packet => packet with { MaximumPacketSize = 20 });
        await client.SendBytesAsync("f0 00");
        DisconnectPacket? answer = await client.ExpectDisconnectAsync(ReasonCode.ProtocolError);
        Assert.Null(answer!.ReasonString);
    }

    // An acknowledgement cannot be left out, so the connection ends.
    [Fact, Spec("MQTT-3.1.2-24")]
    public async Task SUBACK_FromServer_LargerThanTheClientTakes_DisconnectsWithPacketTooLarge()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c", packet => packet with { MaximumPacketSize = 20 });
        SubscriptionRequest[] requests = [.. Enumerable.Range(0, 30).Select(i => new SubscriptionRequest($"{i}", 0))];
        await client.SendAsync(new SubscribePacket(1, 0, requests));
        await client.ExpectDisconnectAsync(ReasonCode.PacketTooLarge);
    }

    private static async Task<TestClient> SubscribedAsync(TestBroker broker, ushort receiveMaximum = 10)
    {
        TestClient subscriber = await broker.ConnectV5Async(
            "s", packet => packet with { MaximumPacketSize = BytesMax, ReceiveMaximum = receiveMaximum });
        await subscriber.SubscribeAsync("a", ExactlyOnce);
        return subscriber;
    }
}
