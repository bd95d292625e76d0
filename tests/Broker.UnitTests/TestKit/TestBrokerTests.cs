using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.UnitTests.TestKit;

/// <summary>That the in-memory broker and its client do what conformance tests rely on.</summary>
public sealed class TestBrokerTests
{
    [Theory]
    [InlineData(ProtocolVersion.Mqtt31)]
    [InlineData(ProtocolVersion.Mqtt311)]
    [InlineData(ProtocolVersion.Mqtt50)]
    public async Task Clients_exchange_messages_in_every_qos(ProtocolVersion version)
    {
        await using TestBroker broker = new();
        TestClient subscriber = await broker.ConnectAsync("subscriber", version);
        TestClient publisher = await broker.ConnectAsync("publisher", version);
        await subscriber.SubscribeAsync("a/#", QualityOfService.ExactlyOnce);

        foreach (QualityOfService qos in Enum.GetValues<QualityOfService>())
        {
            await publisher.PublishAndCompleteAsync(new OutgoingPublish("a/b", $"{qos}", qos));

            ReceivedPublish received = await subscriber.ReceiveAndCompleteAsync();
            Assert.Equal(($"{qos}", qos), (received.Text, received.Qos));
        }
        await subscriber.ExpectNothingAsync();
    }

    [Fact]
    public async Task Raw_bytes_get_raw_bytes()
    {
        await using TestBroker broker = new();
        TestClient client = broker.Open();

        await client.SendBytesAsync("10 0d | 00 04 'MQTT' 04 02 00 3c | 00 01 'c'");

        await client.ExpectBytesAsync("20 02 00 00");
        await client.SendBytesAsync("c0 00");
        await client.ExpectBytesAsync("d0 00");
    }

    [Fact]
    public async Task Properties_of_a_message_are_read()
    {
        await using TestBroker broker = new();
        TestClient client = await broker.ConnectAsync("client", ProtocolVersion.Mqtt50);
        await client.SendAsync(new SubscribePacket(1, 9, [new SubscriptionRequest("a", 0)]));
        await client.ReadAsync<SubAckPacket>();

        await client.PublishAsync(new OutgoingPublish("a", "x")
        {
            MessageExpirySeconds = 60,
            Properties = "01 01 | 03 00 04 'text' | 08 00 01 'r' | 09 00 02 00 ff | 26 00 01 'k' 00 01 'v'",
        });

        ReceivedPublish received = await client.ReadAsync<ReceivedPublish>();
        Assert.Equal((byte?)1, received.PayloadFormatIndicator);
        Assert.Equal(("text", "r", 60u), (received.ContentType, received.ResponseTopic, received.MessageExpirySeconds));
        Assert.Equal([0x00, 0xff], received.CorrelationData!);
        Assert.Equal([new UserProperty("k", "v")], received.UserProperties);
        Assert.Equal([9u], received.SubscriptionIds);
    }

    [Fact]
    public async Task An_acknowledgement_can_be_seen_to_wait_for_its_commit()
    {
        ManualStateStore store = new();
        await using TestBroker broker = new(store: store);
        TestClient client = await broker.ConnectAsync("client");

        OutgoingPublish message = new("a", "x", QualityOfService.AtLeastOnce) { Retain = true };
        ushort packetId = await client.PublishAsync(message);
        await store.WaitForAsync<RetainedPut>(change => change.Message.Topic == "a");
        await client.ExpectNothingAsync();
        store.Commit();

        await client.ExpectAckAsync(PacketType.PubAck, packetId);
    }

    [Fact]
    public async Task Time_passes_only_when_the_test_says_so()
    {
        await using TestBroker broker = new();
        TestClient client = await broker.ConnectAsync("client", with: packet => packet with { KeepAliveSeconds = 10 });

        broker.Advance(TimeSpan.FromSeconds(14));
        await client.ExpectNothingAsync();
        broker.Advance(TimeSpan.FromSeconds(17));

        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task A_connection_that_breaks_off_publishes_its_will()
    {
        await using TestBroker broker = new();
        TestClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("will");
        TestClient mortal = await broker.ConnectAsync(
            "mortal", with: packet => packet with { Will = new WillMessage { Topic = "will", Payload = "x"u8.ToArray() } });

        await mortal.CloseAsync();

        await watcher.ExpectPublishAsync("will", "x");
    }
}
