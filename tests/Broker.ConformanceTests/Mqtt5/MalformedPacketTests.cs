using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Wrong bytes on an open connection: DISCONNECT with the reason, then the end (MQTT 5.0 section 4.13).</summary>
public sealed class MalformedPacketTests
{
    [Theory]
    [InlineData("30 03 00 05 'a'", ReasonCode.MalformedPacket)] // topic runs past the packet
    [InlineData("36 06 00 01 'a' 00 01 00", ReasonCode.MalformedPacket)] // MQTT-3.3.1-4: both QoS bits
    [InlineData("38 04 00 01 'a' 00", ReasonCode.MalformedPacket)] // MQTT-3.3.1-2: DUP with QoS 0
    [InlineData("32 06 00 01 'a' 00 00 00", ReasonCode.ProtocolError)] // MQTT-2.2.1-3: packet id 0
    [InlineData("30 05 00 02 c3 28 00", ReasonCode.MalformedPacket)] // MQTT-1.5.4-1, MQTT-3.3.2-1
    [InlineData("30 06 00 03 ed a0 80 00", ReasonCode.MalformedPacket)] // a surrogate
    [InlineData("30 05 00 02 'a' 00 00", ReasonCode.MalformedPacket)] // MQTT-1.5.4-2, MQTT-4.7.3-2
    [InlineData("30 06 00 01 'a' 02 01 02", ReasonCode.ProtocolError)] // payload format 2
    [InlineData("30 08 00 01 'a' 04 01 00 01 00", ReasonCode.ProtocolError)] // property twice
    [InlineData("30 06 00 01 'a' 02 7f 00", ReasonCode.MalformedPacket)] // unknown property
    [InlineData("30 09 00 01 'a' 05 11 00 00 00 01", ReasonCode.MalformedPacket)] // a property of CONNECT
    [InlineData("30 06 00 01 'a' 02 0b 01", ReasonCode.ProtocolError)] // MQTT-3.3.4-6: subscription identifier
    [InlineData("30 08 00 01 'a' 04 08 00 01 '#'", ReasonCode.ProtocolError)] // MQTT-3.3.2-14: response topic
    [InlineData("30 08 00 01 'a' 04 08 00 01 ff", ReasonCode.MalformedPacket)] // MQTT-3.3.2-13
    [InlineData("30 08 00 01 'a' 04 03 00 01 ff", ReasonCode.MalformedPacket)] // MQTT-3.3.2-19
    [InlineData("30 0b 00 01 'a' 07 26 00 01 ff 00 01 'x'", ReasonCode.MalformedPacket)] // MQTT-1.5.7-1
    [InlineData("30 04 00 01 'a' 80", ReasonCode.MalformedPacket)] // property length does not end
    [InlineData("30 05 00 01 'a' 80 00", ReasonCode.MalformedPacket)] // MQTT-1.5.5-1: overlong property length
    [Spec("MQTT-4.13.1-1"), Spec("MQTT-3.3.1-2"), Spec("MQTT-3.3.1-4"), Spec("MQTT-2.2.1-3"), Spec("MQTT-1.5.4-1")]
    [Spec("MQTT-1.5.4-2"), Spec("MQTT-1.5.5-1"), Spec("MQTT-1.5.7-1"), Spec("MQTT-3.3.2-1"), Spec("MQTT-3.3.2-13")]
    [Spec("MQTT-3.3.2-14"), Spec("MQTT-3.3.2-19"), Spec("MQTT-3.3.4-6"), Spec("MQTT-4.7.3-2")]
    public Task PUBLISH_FromClient_Malformed_DisconnectsWithItsReason(string wire, ReasonCode reason) =>
        ExpectDisconnectAsync(wire, reason);

    [Theory]
    [InlineData("80 07 00 01 00 00 01 'a' 00", ReasonCode.MalformedPacket)] // MQTT-3.8.1-1: flags
    [InlineData("82 03 00 01 00", ReasonCode.ProtocolError)] // MQTT-3.8.3-2: no filter
    [InlineData("82 07 00 00 00 00 01 'a' 00", ReasonCode.ProtocolError)] // MQTT-2.2.1-3
    [InlineData("82 07 00 01 00 00 01 'a' 40", ReasonCode.MalformedPacket)] // MQTT-3.8.3-5: reserved bits
    [InlineData("82 07 00 01 00 00 01 'a' 03", ReasonCode.ProtocolError)] // QoS 3
    [InlineData("82 07 00 01 00 00 01 'a' 30", ReasonCode.ProtocolError)] // retain handling 3
    [InlineData("82 06 00 01 00 00 01 'a'", ReasonCode.MalformedPacket)] // no options
    [InlineData("82 07 00 01 00 00 01 ff 00", ReasonCode.MalformedPacket)] // MQTT-3.8.3-1
    [InlineData("82 06 00 01 00 00 00 00", ReasonCode.MalformedPacket)] // MQTT-4.7.3-1: empty filter
    [InlineData("82 09 00 01 02 0b 00 00 01 'a' 00", ReasonCode.ProtocolError)] // subscription identifier 0
    [InlineData("82 0b 00 01 04 0b 01 0b 02 00 01 'a' 00", ReasonCode.ProtocolError)] // and two of them
    [InlineData("a0 06 00 01 00 00 01 'a'", ReasonCode.MalformedPacket)] // MQTT-3.10.1-1: flags
    [InlineData("a2 06 00 01 00 00 01 ff", ReasonCode.MalformedPacket)] // MQTT-3.10.3-1
    [Spec("MQTT-3.8.1-1"), Spec("MQTT-3.8.3-1"), Spec("MQTT-3.8.3-2"), Spec("MQTT-3.8.3-5"), Spec("MQTT-4.7.3-1")]
    [Spec("MQTT-3.10.1-1"), Spec("MQTT-3.10.3-1"), Spec("MQTT-2.2.1-3")]
    public Task SUBSCRIBE_FromClient_Malformed_DisconnectsWithItsReason(string wire, ReasonCode reason) =>
        ExpectDisconnectAsync(wire, reason);

    [Theory]
    [InlineData("00 00", ReasonCode.MalformedPacket)] // packet type 0
    [InlineData("c0 80 00", ReasonCode.MalformedPacket)] // overlong remaining length
    [InlineData("c1 00", ReasonCode.MalformedPacket)] // MQTT-2.1.3-1: reserved flags
    [InlineData("e1 00", ReasonCode.MalformedPacket)] // MQTT-3.14.1-1
    [InlineData("f1 00", ReasonCode.MalformedPacket)] // MQTT-3.15.1-1
    [InlineData("60 02 00 01", ReasonCode.MalformedPacket)] // MQTT-3.6.1-1
    [InlineData("42 02 00 01", ReasonCode.MalformedPacket)]
    [InlineData("c0 01 00", ReasonCode.MalformedPacket)] // a body where none may be
    [InlineData("c0 80 80 80 80 00", ReasonCode.MalformedPacket)] // remaining length of five bytes
    [InlineData("40 01 00", ReasonCode.MalformedPacket)] // half a packet id
    [InlineData("40 02 00 00", ReasonCode.ProtocolError)] // packet id 0
    [InlineData("40 05 00 01 00 00 00", ReasonCode.MalformedPacket)] // too much
    [InlineData("e0 01 01", ReasonCode.ProtocolError)] // MQTT-3.14.2-1: a code of SUBACK
    [InlineData("d0 00", ReasonCode.ProtocolError)] // packets that only a server sends
    [InlineData("20 03 00 00 00", ReasonCode.ProtocolError)]
    [InlineData("90 04 00 01 00 00", ReasonCode.ProtocolError)]
    [InlineData("b0 04 00 01 00 00", ReasonCode.ProtocolError)]
    [Spec("MQTT-2.1.3-1"), Spec("MQTT-3.14.1-1"), Spec("MQTT-3.15.1-1"), Spec("MQTT-3.6.1-1"), Spec("MQTT-3.14.2-1")]
    [Spec("MQTT-4.13.1-1"), Spec("MQTT-4.12.0-7")]
    public Task PACKET_FromClient_Malformed_DisconnectsWithItsReason(string wire, ReasonCode reason) =>
        ExpectDisconnectAsync(wire, reason);

    // What came before the bad packet counts; what comes after it does not.
    [Fact, Spec("MQTT-4.13.1-1")]
    public async Task PACKET_FromClient_GoodOnesAroundABadOne_OnlyTheFirstAreHandled()
    {
        await using var broker = new TestBroker();
        TestClient watcher = await broker.ConnectV5Async("w");
        await watcher.SubscribeAsync("a");
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendBytesAsync("30 05 00 01 'a' 00 '1' | 32 06 00 01 'b' 00 07 00 | c1 00 | 30 05 00 01 'a' 00 '2'");
        await client.ExpectAckAsync(PacketType.PubAck, 7, ReasonCode.NoMatchingSubscribers);
        await client.ExpectDisconnectAsync(ReasonCode.MalformedPacket);
        await watcher.ExpectPublishAsync("a", "1");
        await watcher.ExpectNothingAsync();
    }

    // However the bytes are divided on the way, the packets are the same.
    [Fact]
    public async Task PACKET_FromClient_OneByteAtATime_IsUnderstood()
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        byte[] wire = WireText.Parse("82 07 00 01 00 00 01 'a' 00 | 32 07 00 01 'a' 00 02 00 'x' | c0 00");
        foreach (byte b in wire) await client.SendBytesAsync(new byte[] { b });
        await client.ReadAsync<SubAckPacket>();
        await client.ExpectAckAsync(PacketType.PubAck, 2);
        await client.ExpectPublishAsync("a", "x");
        await client.ReadAsync<PingResponse>();
    }

    private static async Task ExpectDisconnectAsync(string wire, ReasonCode reason)
    {
        await using var broker = new TestBroker();
        TestClient client = await broker.ConnectV5Async("c");
        await client.SendBytesAsync(wire);
        DisconnectPacket? answer = await client.ExpectDisconnectAsync(reason);
        Assert.NotEmpty(answer!.ReasonString!);
    }
}
