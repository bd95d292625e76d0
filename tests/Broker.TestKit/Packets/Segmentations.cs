using System.Buffers;

namespace Broker.TestKit.Packets;

/// <summary>The ways in which the network may hand over the same bytes.</summary>
internal static class Segmentations
{
    /// <summary>Whole, split at every offset, a byte a segment, and with empty segments between.</summary>
    public static IEnumerable<ReadOnlySequence<byte>> Of(byte[] bytes)
    {
        yield return new ReadOnlySequence<byte>(bytes);
        for (int at = 0; at <= bytes.Length; at++)
        {
            yield return Join([bytes[..at], bytes[at..]]);
        }

        yield return Join([.. bytes.Select(b => new[] { b })]);
        yield return Join([.. bytes.SelectMany(b => new[] { [], new[] { b } })]);
    }

    private static ReadOnlySequence<byte> Join(IReadOnlyList<byte[]> parts)
    {
        var first = new Segment(parts.Count == 0 ? [] : parts[0], 0);
        Segment last = first;
        foreach (byte[] part in parts.Skip(1))
        {
            last = last.Then(part);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, long runningIndex)
        {
            Memory = bytes;
            RunningIndex = runningIndex;
        }

        public Segment Then(byte[] bytes)
        {
            var next = new Segment(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
