using System.Buffers.Binary;
using Broker.Protocol;
using Broker.Protocol.Packets;

namespace Broker.Messages;

/// <summary>
/// A PUBLISH encoded once per layout and copied to each receiver; first byte and packet id are patched in the copy.
/// Layouts differ by 5.0 or older and by having a packet id. Thread-safe: a frame made twice is the same bytes.
/// </summary>
internal sealed class SharedFrames
{
    private readonly byte[]?[] _frames = new byte[]?[4];

    /// <summary>The frame for a receiver without aliases, subscription identifiers, mount point and expiry.</summary>
    public byte[] Get(Message message, ProtocolVersion version, bool hasPacketId)
    {
        int layout = (version == ProtocolVersion.Mqtt50 ? 2 : 0) + (hasPacketId ? 1 : 0);
        return _frames[layout] ??= Encode(message, version, hasPacketId);
    }

    /// <summary>Copies the frame and patches what differs between receivers.</summary>
    public static void CopyTo(byte[] frame, Span<byte> destination, byte firstByte, int topicLength, ushort packetId)
    {
        frame.CopyTo(destination);
        destination[0] = firstByte;
        if (packetId == 0) return;
        int lengthBytes = 1;
        while ((frame[lengthBytes] & 0x80) != 0) lengthBytes++;
        BinaryPrimitives.WriteUInt16BigEndian(destination[(1 + lengthBytes + 2 + topicLength)..], packetId);
    }

    private static byte[] Encode(Message message, ProtocolVersion version, bool hasPacketId)
    {
        var fields = new PublishFields
        {
            Qos = hasPacketId ? QualityOfService.AtLeastOnce : QualityOfService.AtMostOnce,
            PacketId = hasPacketId ? (ushort)1 : (ushort)0,
            TopicUtf8 = message.Topic.Utf8,
            ForwardedProperties = message.Properties,
            Payload = message.Payload,
        };
        var frame = new byte[PublishEncoder.GetLength(version, in fields)];
        PublishEncoder.Write(frame, version, in fields);
        return frame;
    }
}
