using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt3;

/// <summary>MQTT 3.1, where it is not 3.1.1: the name in CONNECT, reserved bits, client ids, DUP on other packets.</summary>
public sealed class Mqtt31Tests
{
    [Fact]
    public async Task CONNECT_FromClient31_Valid_IsAnsweredWithConnAckZero()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open(ProtocolVersion.Mqtt31);

        await client.SendBytesAsync("10 0f 00 06 'MQIsdp' 03 02 00 00 00 01 'a'");

        await client.ExpectBytesAsync("20 02 00 00");
    }

    [Fact]
    public async Task CONNACK_FromServer_Client31ResumesItsSession_HasItsReservedByteZero()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectPersistentAsync("a", ProtocolVersion.Mqtt31);
        await client.SubscribeAsync("t", AtLeastOnce);
        await client.DisconnectAsync();

        client = broker.Open(ProtocolVersion.Mqtt31);
        await client.SendBytesAsync("10 0f 00 06 'MQIsdp' 03 00 00 00 00 01 'a'");

        await client.ExpectBytesAsync("20 02 00 00");
        await client.PublishAsync(new("t", "x"));
        await client.ExpectPublishAsync("t", "x");
    }

    [Fact]
    public async Task CONNECT_FromClient31_EmptyClientId_IsRefusedWithCode2()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open(ProtocolVersion.Mqtt31);

        await client.SendBytesAsync("10 0e 00 06 'MQIsdp' 03 02 00 00 00 00");

        await client.ExpectBytesAsync("20 02 00 02");
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task CONNECT_FromClient31_ReservedFlagSet_IsAccepted()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open(ProtocolVersion.Mqtt31);

        await client.SendBytesAsync("10 0f 00 06 'MQIsdp' 03 03 00 00 00 01 'a'");

        await client.ExpectBytesAsync("20 02 00 00");
    }

    [Fact]
    public async Task CONNECT_FromClient31_AnnouncedUserNameIsMissing_IsAccepted()
    {
        await using var broker = new TestBroker();
        TestClient client = broker.Open(ProtocolVersion.Mqtt31);

        await client.SendBytesAsync("10 0f 00 06 'MQIsdp' 03 c2 00 00 00 01 'a'");

        await client.ExpectBytesAsync("20 02 00 00");
    }

    [Fact]
    public async Task SUBSCRIBE_FromClient31_WithDup_IsServed()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client", ProtocolVersion.Mqtt31);

        await client.SendBytesAsync("8a 06 00 01 00 01 'a' 01");
        await client.ExpectBytesAsync("90 03 00 01 01");
        await client.SendBytesAsync("aa 05 00 02 00 01 'a'");
        await client.ExpectBytesAsync("b0 02 00 02");
    }

    [Fact]
    public async Task PUBREL_FromClient31_WithDup_IsServed()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectAsync("client", ProtocolVersion.Mqtt31);
        await client.SendBytesAsync("34 05 00 01 'a' 00 01");
        await client.ExpectBytesAsync("50 02 00 01");

        await client.SendBytesAsync("6a 02 00 01");

        await client.ExpectBytesAsync("70 02 00 01");
    }

    [Theory]
    [InlineData(AtMostOnce)]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task PUBLISH_FromClient31_ToOtherVersions_IsDelivered(QualityOfService qos)
    {
        await using var broker = new TestBroker();
        TestClient old = await broker.ConnectAsync("old", ProtocolVersion.Mqtt31);
        TestClient current = await broker.ConnectAsync("current");
        await old.SubscribeAsync("#", qos);
        await current.SubscribeAsync("#", qos);
        TestClient publisher = await broker.ConnectAsync("publisher", ProtocolVersion.Mqtt31);

        await publisher.PublishAndCompleteAsync(new("a", "x", qos));

        foreach (TestClient client in new[] { old, current })
        {
            ReceivedPublish message = await client.ReceiveAndCompleteAsync();
            Assert.Equal(("a", "x", qos), (message.Topic, message.Text, message.Qos));
        }
    }

    [Fact]
    public async Task WILL_InServer_OfAClient31_IsPublished()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("w");
        TestClient client = await broker.ConnectAsync(
            "client", ProtocolVersion.Mqtt31, packet => packet with { Will = new WillMessage { Topic = "w" } });

        await client.CloseAsync();

        await watcher.ExpectPublishAsync("w", "");
    }
}
