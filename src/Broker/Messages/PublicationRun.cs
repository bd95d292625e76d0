using Broker.Protocol;

namespace Broker.Messages;

/// <summary>One publication of a run, by its place in the buffer that it came in.</summary>
/// <param name="PayloadStart">Where the payload begins; the forwarded properties end there.</param>
/// <param name="PayloadLength">Bytes of the payload.</param>
/// <param name="PropertiesLength">Bytes of the forwarded 5.0 properties.</param>
/// <param name="PacketId">The publisher's packet id; 0 with QoS 0.</param>
internal readonly record struct PublicationPart(int PayloadStart, int PayloadLength, int PropertiesLength, ushort PacketId);

/// <summary>
/// Publications of one client to one topic with one QoS that came one after the other, over the buffer that they came in. Whoever
/// keeps one makes a <see cref="Message"/> of it; who can be written to at once needs none.
/// </summary>
internal readonly ref struct PublicationRun
{
    public required Topic Topic { get; init; }

    /// <summary>QoS as published, 0 or 1. None of them has RETAIN or expires.</summary>
    public required QualityOfService Qos { get; init; }

    /// <summary>Client id of the publisher.</summary>
    public required string PublisherId { get; init; }

    public required ReadOnlySpan<byte> Buffer { get; init; }

    public required ReadOnlySpan<PublicationPart> Parts { get; init; }

    public int Count => Parts.Length;

    /// <summary>Encoded 5.0 properties that are forwarded unaltered.</summary>
    public ReadOnlySpan<byte> PropertiesOf(int index)
    {
        ref readonly PublicationPart part = ref Parts[index];
        return Buffer.Slice(part.PayloadStart - part.PropertiesLength, part.PropertiesLength);
    }

    public ReadOnlySpan<byte> PayloadOf(int index)
    {
        ref readonly PublicationPart part = ref Parts[index];
        return Buffer.Slice(part.PayloadStart, part.PayloadLength);
    }

    /// <summary>A message with a body of its own: the one copy that a message is allowed.</summary>
    /// <param name="index">Which.</param>
    /// <param name="isShared">Whether several receivers are expected, which share encoded frames.</param>
    public Message ToMessage(int index, bool isShared)
    {
        ref readonly PublicationPart part = ref Parts[index];
        int length = part.PropertiesLength + part.PayloadLength;
        byte[] body = GC.AllocateUninitializedArray<byte>(length);
        Buffer.Slice(part.PayloadStart - part.PropertiesLength, length).CopyTo(body);
        return new Message(Topic, body, part.PropertiesLength)
        {
            Qos = Qos,
            PublisherId = PublisherId,
            SharedFrames = isShared ? new SharedFrames() : null,
        };
    }
}
