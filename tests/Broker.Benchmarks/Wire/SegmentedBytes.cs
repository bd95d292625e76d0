using System.Buffers;

namespace Broker.Benchmarks.Wire;

/// <summary>Bytes in segments of one size, as a transport delivers them.</summary>
internal sealed class SegmentedBytes : ReadOnlySequenceSegment<byte>
{
    private SegmentedBytes(ReadOnlyMemory<byte> memory, long runningIndex) => (Memory, RunningIndex) = (memory, runningIndex);

    public static ReadOnlySequence<byte> Of(byte[] bytes, int segmentBytes)
    {
        SegmentedBytes? first = null, last = null;
        for (int at = 0; at < bytes.Length; at += segmentBytes)
        {
            var segment = new SegmentedBytes(bytes.AsMemory(at, Math.Min(segmentBytes, bytes.Length - at)), at);
            if (last is not null) last.Next = segment;
            first ??= segment;
            last = segment;
        }
        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }
}
