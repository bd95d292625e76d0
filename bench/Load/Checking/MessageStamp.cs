using System.Buffers.Binary;

namespace Load.Checking;

/// <summary>What every payload begins with; the rest is filling. A stream is what one publisher says under one topic.</summary>
/// <param name="Publisher">Number of the publisher, from 0.</param>
/// <param name="Topic">Number of the topic, from 0.</param>
/// <param name="Sequence">Number of the message in its stream, from 0.</param>
/// <param name="SentAt">When it was written, in ticks of the stopwatch: sender and receiver are one process.</param>
internal readonly record struct MessageStamp(int Publisher, int Topic, long Sequence, long SentAt)
{
    public const int Length = 24;

    public static MessageStamp Read(ReadOnlySpan<byte> payload) => new(
        BinaryPrimitives.ReadInt32LittleEndian(payload),
        BinaryPrimitives.ReadInt32LittleEndian(payload[4..]),
        BinaryPrimitives.ReadInt64LittleEndian(payload[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(payload[16..]));

    public void Write(Span<byte> payload)
    {
        BinaryPrimitives.WriteInt32LittleEndian(payload, Publisher);
        BinaryPrimitives.WriteInt32LittleEndian(payload[4..], Topic);
        BinaryPrimitives.WriteInt64LittleEndian(payload[8..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(payload[16..], SentAt);
    }
}
