using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Properties of a PUBLISH that go through the broker unaltered (MQTT 5.0 section 3.3.2.3).</summary>
public sealed class ForwardingTests
{
    private const string EveryProperty =
        "01 01 | 08 00 05 'reply' | 26 00 01 'b' 00 01 '2' | 09 00 04 00 ff 00 7f | 26 00 01 'a' 00 00 | " +
        "03 00 10 'application/json' | 26 00 01 'b' 00 01 '1'";

    [Theory]
    [Spec("MQTT-3.3.2-4"), Spec("MQTT-3.3.2-15"), Spec("MQTT-3.3.2-16"), Spec("MQTT-3.3.2-17"), Spec("MQTT-3.3.2-18")]
    [Spec("MQTT-3.3.2-20"), Spec("MQTT-1.5.7-1")]
    [InlineData(AtMostOnce)]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task PUBLISH_FromServer_EveryForwardedProperty_UnalteredAndInOrder(QualityOfService qos)
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await broker.ConnectV5Async("s");
        await subscriber.SubscribeAsync("a", ExactlyOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "{}", qos) { Properties = EveryProperty });
        AssertEveryProperty(await subscriber.ExpectPublishAsync("a", "{}"));
    }

    // mosquitto keeps the publisher's order of properties and puts its own behind them.
    [Fact, Spec("MQTT-3.3.2-18")]
    public async Task PUBLISH_FromServer_WithItsOwnProperties_TheyComeAfterThePublishers()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c", packet => packet with { TopicAliasMaximum = 1 });
        await client.SubscribeWithIdAsync(5, "a");
        await client.SendBytesAsync("30 12 00 01 'a' 0d 02 00 00 00 3c 26 00 01 'k' 00 02 'vv' 'x'");
        await client.ExpectBytesAsync("30 17 00 01 'a' 12 26 00 01 'k' 00 02 'vv' 02 00 00 00 3c 0b 05 23 00 01 'x'");
    }

    [Fact, Spec("MQTT-3.3.2-17")]
    public async Task PUBLISH_FromServer_QueuedForASession_PropertiesAreKept()
    {
        await using var broker = new TestBroker();
        await broker.LeaveSubscribedAsync("s", "a");
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "{}", AtLeastOnce) { Properties = EveryProperty });
        TestClient back = await broker.ResumeAsync("s");
        AssertEveryProperty(await back.ExpectPublishAsync("a", "{}"));
    }

    [Fact, Spec("MQTT-3.3.2-17")]
    public async Task PUBLISH_FromServer_Retained_PropertiesAreKept()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.PublishAsync(new OutgoingPublish("a", "{}") { Properties = EveryProperty, Retain = true });
        await client.SubscribeAsync("a");
        AssertEveryProperty(await client.ExpectPublishAsync("a", "{}"));
    }

    // Two subscribers of 5.0 share one encoded frame; the one of 3.1.1 gets none of it.
    [Fact]
    public async Task PUBLISH_FromServer_SubscribersOfBothVersions_OnlyFiveHasProperties()
    {
        await using var broker = new TestBroker();
        TestClient five = await broker.ConnectV5Async("five");
        TestClient alsoFive = await broker.ConnectV5Async("also five");
        TestClient four = await broker.ConnectAsync("four");
        foreach (TestClient client in (TestClient[])[five, alsoFive, four]) await client.SubscribeAsync("a", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "{}", AtLeastOnce) { Properties = EveryProperty });
        AssertEveryProperty(await five.ExpectPublishAsync("a", "{}"));
        AssertEveryProperty(await alsoFive.ExpectPublishAsync("a", "{}"));
        await four.ExpectBytesAsync("32 07 00 01 'a' 00 01 '{}'");
    }

    [Fact, Spec("MQTT-2.2.2-1")]
    public async Task PUBLISH_FromServer_PublishedByAnOlderClient_HasNoProperties()
    {
        await using var broker = new TestBroker();
        TestClient subscriber = await broker.ConnectV5Async("s");
        await subscriber.SubscribeAsync("a");
        TestClient publisher = await broker.ConnectAsync("p");
        await publisher.PublishAsync(new OutgoingPublish("a", "x"));
        await subscriber.ExpectBytesAsync("30 05 00 01 'a' 00 'x'");
    }

    // Request and response: the responder answers where the requester asked it to, with the same correlation data.
    [Fact, Spec("MQTT-3.3.2-15"), Spec("MQTT-3.3.2-16")]
    public async Task PUBLISH_FromServer_RequestAndResponse_FindEachOther()
    {
        await using var broker = new TestBroker();
        TestClient requester = await broker.ConnectV5Async("requester");
        await requester.SubscribeAsync("answers/1");
        TestClient responder = await broker.ConnectV5Async("responder");
        await responder.SubscribeAsync("service");
        await requester.PublishAsync(new OutgoingPublish("service", "ask") { Properties = "08 00 09 'answers/1' 09 00 01 2a" });
        ReceivedPublish request = await responder.ExpectPublishAsync("service", "ask");
        await responder.PublishAsync(new OutgoingPublish(request.ResponseTopic!, "answer")
        {
            Properties = $"09 00 01 {request.CorrelationData![0]:x2}",
        });
        Assert.Equal([0x2A], (await requester.ExpectPublishAsync("answers/1", "answer")).CorrelationData);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(2047)]
    [InlineData(16_384)]
    [InlineData(1_900_000)]
    public async Task PUBLISH_FromServer_PayloadOfAnySize_ArrivesWhole(int bytes)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("a", AtLeastOnce);
        byte[] payload = [.. Enumerable.Range(0, bytes).Select(i => (byte)(i * 31))];
        ushort packetId = await client.PublishAsync(new OutgoingPublish("a", "", AtLeastOnce) { Payload = payload });
        await client.ExpectAckAsync(PacketType.PubAck, packetId);
        Assert.Equal(payload, (await client.ReadAsync<ReceivedPublish>()).Payload);
    }

    private static void AssertEveryProperty(ReceivedPublish message)
    {
        Assert.Equal(((byte)1, "reply", "application/json"),
            (message.PayloadFormatIndicator, message.ResponseTopic, message.ContentType));
        Assert.Equal([0x00, 0xFF, 0x00, 0x7F], message.CorrelationData);
        Assert.Equal([new("b", "2"), new("a", ""), new("b", "1")], message.UserProperties);
    }
}
