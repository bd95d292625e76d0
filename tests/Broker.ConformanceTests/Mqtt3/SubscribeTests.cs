using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>MQTT 3.1.1 sections 3.8 and 3.9.</summary>
public sealed class SubscribeTests
{
    [Theory, Spec("MQTT-3.8.1-1"), Spec("MQTT-2.2.2-2")]
    [InlineData("80 06 00 01 00 01 'a' 00")]
    [InlineData("83 06 00 01 00 01 'a' 00")]
    [InlineData("8a 06 00 01 00 01 'a' 00")]
    public async Task SUBSCRIBE_FromClient_WrongReservedFlags_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.8.3-1")]
    [InlineData("82 07 00 01 00 02 c3 28 00")]
    [InlineData("82 06 00 01 00 05 'a' 00")]
    [InlineData("82 05 00 01 00 01 'a'")]
    public async Task SUBSCRIBE_FromClient_FilterIsNoString_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.8.3-2")]
    [InlineData("#")]
    [InlineData("+")]
    [InlineData("a/+/#")]
    public async Task SUBSCRIBE_FromClient_WithWildcards_IsGranted(string filter)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SubscribeAsync(filter, ExactlyOnce);
    }

    [Fact, Spec("MQTT-3.8.3-3")]
    public async Task SUBSCRIBE_FromClient_WithoutFilter_Closes()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync("82 02 00 01");

        await client.ExpectClosedAsync();
    }

    [Theory, Spec("MQTT-3.8.3-4")]
    [InlineData("82 06 00 01 00 01 'a' 03")]
    [InlineData("82 06 00 01 00 01 'a' 04")]
    [InlineData("82 06 00 01 00 01 'a' 80")]
    public async Task SUBSCRIBE_FromClient_QoSByteInvalid_Closes(string wire)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync(wire);

        await client.ExpectClosedAsync();
    }

    [Fact, Spec("MQTT-3.8.4-1"), Spec("MQTT-3.8.4-2")]
    public async Task SUBSCRIBE_FromClient_Valid_IsAnsweredWithSubAckOfItsPacketId()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync("82 06 ab cd 00 01 'a' 01");

        await client.ExpectBytesAsync("90 03 ab cd 01");
    }

    [Fact, Spec("MQTT-3.8.4-3")]
    public async Task SUBSCRIBE_FromClient_SameFilterAgain_ReplacesTheSubscription()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a/+", ExactlyOnce);
        await client.SubscribeAsync("a/+", AtMostOnce);

        await client.PublishAndCompleteAsync(new("a/b", "x", AtLeastOnce));

        Assert.Equal(AtMostOnce, (await client.ExpectPublishAsync("a/b", "x")).Qos);
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.8.4-3")]
    public async Task SUBSCRIBE_FromClient_SameFilterAgain_LosesNoMessage()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");
        await client.SubscribeAsync("a", AtLeastOnce);
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "before", AtLeastOnce));
        await client.ExpectPublishAsync("a", "before");

        await client.SendBytesAsync("82 06 00 09 00 01 'a' 01");
        await publisher.PublishAndCompleteAsync(new("a", "between", AtLeastOnce));
        await publisher.PublishAndCompleteAsync(new("a", "after", AtLeastOnce));

        // The SUBACK comes before, between or behind them: the two connections are read independently.
        List<string> packets = [];
        for (int i = 0; i < 3; i++) packets.Add(WireText.Format(await client.ReadFrameAsync())[..2]);
        await client.ExpectNothingAsync();
        Assert.Equal(["32", "32", "90"], packets.Order());
    }

    [Fact, Spec("MQTT-3.8.4-4"), Spec("MQTT-3.8.4-5"), Spec("MQTT-3.9.3-1")]
    public async Task SUBSCRIBE_FromClient_SeveralFilters_GetsOneSubAckWithACodeForEachInOrder()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SendBytesAsync("82 0e 00 05 | 00 01 'a' 01 | 00 01 'b' 00 | 00 01 'c' 02");

        await client.ExpectBytesAsync("90 05 00 05 01 00 02");
        foreach (string topic in new[] { "a", "b", "c" }) await client.PublishAsync(new(topic, "x"));
        foreach (string topic in new[] { "a", "b", "c" }) await client.ExpectPublishAsync(topic, "x");
    }

    [Fact, Spec("MQTT-3.8.4-4")]
    public async Task SUBSCRIBE_FromClient_SameFilterTwiceInOnePacket_TheLastCounts()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        await client.SubscribeAsync(new SubscriptionRequest("a", 2), new SubscriptionRequest("a", 1));
        await client.PublishAsync(new("a", "x", ExactlyOnce));

        await client.ExpectAckAsync(PacketType.PubRec, 2);
        Assert.Equal(AtLeastOnce, (await client.ExpectPublishAsync("a", "x")).Qos);
        await client.ExpectNothingAsync();
    }

    [Fact, Spec("MQTT-3.8.4-5")]
    public async Task SUBACK_FromServer_QoSIsLimited_GrantsTheLowerOne()
    {
        await using var broker = TestBroker.WithListener(listener => listener with { MaximumQos = AtLeastOnce });
        TestClient client = await broker.ConnectAsync("client");

        SubAckPacket answer = await client.SubscribeAsync(new SubscriptionRequest("a", 2), new SubscriptionRequest("b", 0));

        Assert.Equal([ReasonCode.GrantedQos1, ReasonCode.Success], answer.ReasonCodes);
    }

    [Theory, Spec("MQTT-3.9.3-2")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task SUBACK_FromServer_OfEachQoS_HasItsReturnCode(byte qos)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client");

        SubAckPacket answer = await client.SubscribeAsync(new SubscriptionRequest("a", qos));

        Assert.Equal([(ReasonCode)qos], answer.ReasonCodes);
    }
}
