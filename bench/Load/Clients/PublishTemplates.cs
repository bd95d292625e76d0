using System.Buffers.Binary;
using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Load.Checking;

namespace Load.Clients;

/// <summary>The PUBLISH of every topic, encoded once; a message is a copy with a packet id and a stamp written into it.</summary>
internal sealed class PublishTemplates
{
    private readonly byte[][] _frames;
    private readonly int _payloadBytes;
    private readonly int _idToPayload;
    private readonly bool _hasPacketId;

    public PublishTemplates(
        ProtocolVersion version, int qos, int payloadBytes, IReadOnlyList<string> topics, bool isRetained = false)
    {
        _payloadBytes = payloadBytes;
        _hasPacketId = qos > 0;
        _idToPayload = version == ProtocolVersion.Mqtt50 ? 3 : 2;
        byte[] payload = new byte[payloadBytes];
        for (int i = 0; i < payload.Length; i++) payload[i] = (byte)('a' + i % 26);
        _frames = new byte[topics.Count][];
        for (int topic = 0; topic < topics.Count; topic++)
        {
            var fields = new PublishFields
            {
                Qos = (QualityOfService)qos,
                Retain = isRetained,
                TopicUtf8 = Encoding.UTF8.GetBytes(topics[topic]),
                PacketId = 1,
                Payload = payload,
            };
            _frames[topic] = new byte[PublishEncoder.GetLength(version, fields)];
            PublishEncoder.Write(_frames[topic], version, fields);
        }
    }

    public int LengthOf(int topic) => _frames[topic].Length;

    /// <summary>Writes one message and returns its length.</summary>
    public int Write(Span<byte> destination, ushort packetId, in MessageStamp stamp)
    {
        byte[] frame = _frames[stamp.Topic];
        frame.CopyTo(destination);
        int payload = frame.Length - _payloadBytes;
        if (_hasPacketId) BinaryPrimitives.WriteUInt16BigEndian(destination[(payload - _idToPayload)..], packetId);
        stamp.Write(destination[payload..]);
        return frame.Length;
    }
}
