using Broker.Protocol;
using Broker.Protocol.Packets;
using Load.Checking;
using Load.Clients;

namespace Broker.UnitTests.Load;

public sealed class PublishTemplatesTests
{
    [Theory]
    [InlineData(ProtocolVersion.Mqtt311, 1, 24)]
    [InlineData(ProtocolVersion.Mqtt50, 1, 64)]
    [InlineData(ProtocolVersion.Mqtt50, 2, 5000)]
    [InlineData(ProtocolVersion.Mqtt311, 0, 200)]
    public void A_copy_is_a_message_with_its_own_packet_id_and_stamp(ProtocolVersion version, int qos, int payloadBytes)
    {
        var templates = new PublishTemplates(version, qos, payloadBytes, ["a/b", "a/longer"]);
        var stamp = new MessageStamp(3, 1, 1L << 40, -5);
        byte[] frame = new byte[templates.LengthOf(1)];

        Assert.Equal(frame.Length, templates.Write(frame, 0xABCD, stamp));

        Assert.Equal(FrameStatus.Complete, FrameReader.TryRead(frame, 0, out FrameHeader header, out _));
        Assert.True(PublishPacket.TryDecode(
            header.Flags, frame.AsSpan(header.HeaderLength), version, PublishDirection.FromClient,
            out PublishPacket packet, out _));
        Assert.Equal(qos, (int)packet.Qos);
        Assert.Equal(qos == 0 ? 0 : 0xABCD, packet.PacketId);
        Assert.Equal("a/longer"u8, packet.TopicUtf8);
        Assert.Equal(payloadBytes, packet.Payload.Length);
        Assert.Equal(stamp, MessageStamp.Read(packet.Payload));
    }
}
