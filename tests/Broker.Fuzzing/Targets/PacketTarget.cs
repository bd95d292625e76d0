using System.Buffers;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit.Packets;

namespace Broker.Fuzzing.Targets;

/// <summary>
/// A stream of packets as it comes from the other end. The first byte of an input is the version (its low bits) and the
/// direction (its highest). What is understood can be written, and is understood to be the same; how the network divides it
/// changes nothing.
/// </summary>
internal static class PacketTarget
{
    private const byte FromServer = 0x80;

    public static FuzzTarget Create() => new("packets", [.. Prefixes()], Read);

    private static void Read(byte[] input)
    {
        if (input.Length == 0) return;
        var version = (ProtocolVersion)(3 + (input[0] % 3));
        PublishDirection direction = (input[0] & FromServer) == 0 ? PublishDirection.FromClient : PublishDirection.FromServer;
        ReadOnlyMemory<byte> rest = input.AsMemory(1);
        while (!rest.IsEmpty)
        {
            FrameStatus status = FrameReader.TryRead(rest.Span, 0, version, out FrameHeader header, out Fault? fault);
            BrokenException.Unless(fault is null == status is FrameStatus.Complete or FrameStatus.Incomplete, "fault and status");
            SameInPieces(rest, version, status, header);
            if (status != FrameStatus.Complete) return;
            BrokenException.Unless(header.TotalLength <= rest.Length, "a frame is longer than what is there");
            ReadOnlySpan<byte> body = rest.Span.Slice(header.HeaderLength, header.RemainingLength);
            if (!Codec.TryReadBody(header, body, version, direction, out object? packet, out fault))
            {
                BrokenException.Unless(fault is not null, "refused without a fault");
                return;
            }
            if (packet is ConnectPacket connect) version = connect.Version;
            Survives(packet!, version, direction);
            rest = rest[header.TotalLength..];
        }
    }

    private static void SameInPieces(ReadOnlyMemory<byte> bytes, ProtocolVersion version, FrameStatus status, FrameHeader header)
    {
        byte[] start = bytes[..Math.Min(bytes.Length, 8)].ToArray();
        FrameStatus whole = FrameReader.TryRead(start, 0, version, out FrameHeader expected, out _);
        foreach (ReadOnlySequence<byte> pieces in Segmentations.Of(start))
        {
            FrameStatus divided = FrameReader.TryRead(pieces, 0, version, out FrameHeader found, out _);
            BrokenException.Unless(divided == whole && found == expected, "pieces are read otherwise");
        }
        if (whole == FrameStatus.Complete) BrokenException.Unless(status == whole && header == expected, "more bytes change it");
    }

    private static void Survives(object packet, ProtocolVersion version, PublishDirection direction)
    {
        byte[] written = Codec.Write(packet, version);
        BrokenException.Unless(
            Codec.TryRead(new ReadOnlySequence<byte>(written), version, direction, 0, out object? again, out Fault? fault),
            $"what is written is not understood: {fault}");
        BrokenException.Unless(
            Codec.Write(again!, version).AsSpan().SequenceEqual(written), "it is written otherwise the second time");
    }

    private static IEnumerable<byte[]> Prefixes()
    {
        for (int type = 1; type < 16; type++) yield return [(byte)((type << 4) | (type is 6 or 8 or 10 ? 2 : 0))];
        yield return [0x00, 0x04, (byte)'M', (byte)'Q', (byte)'T', (byte)'T'];
        yield return [0x00, 0x06, (byte)'M', (byte)'Q', (byte)'I', (byte)'s', (byte)'d', (byte)'p'];
        yield return [0x26, 0x00, 0x01, (byte)'k', 0x00, 0x01, (byte)'v'];
        foreach (Broker.Protocol.Properties.PropertyId property in Enum.GetValues<Broker.Protocol.Properties.PropertyId>())
            yield return [(byte)property];
    }
}
