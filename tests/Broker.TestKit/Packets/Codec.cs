using System.Buffers;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Xunit;

namespace Broker.TestKit.Packets;

/// <summary>Any packet in and out, as a connection would do it: the frame first, then the decoder of its type.</summary>
internal static class Codec
{
    public static object Read(byte[] wire, ProtocolVersion version, PublishDirection direction = PublishDirection.FromServer)
    {
        Assert.True(
            TryRead(new ReadOnlySequence<byte>(wire), version, direction, 0, out object? packet, out Fault? fault), $"{fault}");
        return packet!;
    }

    public static bool TryRead(
        in ReadOnlySequence<byte> wire, ProtocolVersion version, PublishDirection direction, int packetBytesMax,
        out object? packet, out Fault? fault)
    {
        packet = null;
        FrameStatus status = FrameReader.TryRead(wire, packetBytesMax, version, out FrameHeader header, out fault);
        if (status is FrameStatus.Malformed or FrameStatus.TooLarge)
        {
            Assert.NotNull(fault);
            return false;
        }

        Assert.Null(fault);
        Assert.Equal(FrameStatus.Complete, status);
        byte[] body = wire.Slice(header.HeaderLength, header.RemainingLength).ToArray();
        bool isRead = TryReadBody(header, body, version, direction, out packet, out fault);
        Assert.Equal(isRead, fault is null);
        return isRead;
    }

    public static bool TryReadBody(
        FrameHeader header, ReadOnlySpan<byte> body, ProtocolVersion version, PublishDirection direction,
        out object? packet, out Fault? fault)
    {
        bool isRead;
        switch (header.Type)
        {
            case PacketType.Publish:
                isRead = PublishPacket.TryDecode(header.Flags, body, version, direction, out PublishPacket publish, out fault);
                packet = isRead ? PublishSnapshot.Of(publish) : null;
                return isRead;
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp:
                isRead = AckPacket.TryDecode(header.Type, body, version, out AckPacket ack, out fault);
                packet = ack;
                return isRead;
            case PacketType.PingReq or PacketType.PingResp:
                packet = header.Type;
                return PingPackets.TryDecode(body, out fault);
            case PacketType.Connect:
                isRead = ConnectPacket.TryDecode(body, out ConnectPacket? connect, out ProtocolVersion said, out fault);
                Assert.True(!isRead || connect!.Version == said);
                packet = connect;
                return isRead;
            default:
                return TryReadOther(header.Type, body, version, out packet, out fault);
        }
    }

    public static byte[] Write(object packet, ProtocolVersion version)
    {
        var output = new ArrayBufferWriter<byte>();
        switch (packet)
        {
            case PublishSnapshot publish: return publish.Encode(version);
            case PacketType.PingReq: return PingPackets.Request.ToArray();
            case PacketType.PingResp: return PingPackets.Response.ToArray();
            case AckPacket ack: ack.Write(output, version); break;
            case ConnectPacket connect: connect.Write(output); break;
            case ConnAckPacket connAck: connAck.Write(output, version); break;
            case SubscribePacket subscribe: subscribe.Write(output, version); break;
            case SubAckPacket subAck: subAck.Write(output, version); break;
            case UnsubscribePacket unsubscribe: unsubscribe.Write(output, version); break;
            case UnsubAckPacket unsubAck: unsubAck.Write(output, version); break;
            case DisconnectPacket disconnect: disconnect.Write(output, version); break;
            case AuthPacket auth: auth.Write(output, version); break;
            default: throw new ArgumentException($"No packet: {packet}", nameof(packet));
        }

        return output.WrittenSpan.ToArray();
    }

    private static bool TryReadOther(
        PacketType type, ReadOnlySpan<byte> body, ProtocolVersion version, out object? packet, out Fault? fault)
    {
        bool isRead;
        switch (type)
        {
            case PacketType.ConnAck:
                isRead = ConnAckPacket.TryDecode(body, version, out ConnAckPacket? connAck, out fault);
                packet = connAck;
                return isRead;
            case PacketType.Subscribe:
                isRead = SubscribePacket.TryDecode(body, version, out SubscribePacket? subscribe, out fault);
                packet = subscribe;
                return isRead;
            case PacketType.SubAck:
                isRead = SubAckPacket.TryDecode(body, version, out SubAckPacket? subAck, out fault);
                packet = subAck;
                return isRead;
            case PacketType.Unsubscribe:
                isRead = UnsubscribePacket.TryDecode(body, version, out UnsubscribePacket? unsubscribe, out fault);
                packet = unsubscribe;
                return isRead;
            case PacketType.UnsubAck:
                isRead = UnsubAckPacket.TryDecode(body, version, out UnsubAckPacket? unsubAck, out fault);
                packet = unsubAck;
                return isRead;
            case PacketType.Disconnect:
                isRead = DisconnectPacket.TryDecode(body, version, out DisconnectPacket? disconnect, out fault);
                packet = disconnect;
                return isRead;
            default:
                isRead = AuthPacket.TryDecode(body, version, out AuthPacket? auth, out fault);
                packet = auth;
                return isRead;
        }
    }
}
