using System.IO.Pipelines;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Sessions;

namespace Broker.Connections;

/// <summary>Writes acknowledgements.</summary>
internal static class AckWriter
{
    /// <summary>Bytes of an acknowledgement beside its list of reason codes, at most.</summary>
    private const int OverheadMax = 8;

    /// <summary>Length of the packet in bytes, up to three more than it has.</summary>
    public static int LengthMax(in Ack ack) =>
        ack.ReasonCodes is { } codes ? codes.Length + OverheadMax : AckPacket.LengthMax;

    /// <summary>Writes one.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="ack">What.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="traffic">Takes note of it.</param>
    public static void Write(PipeWriter output, in Ack ack, ProtocolVersion version, TrafficCounts traffic)
    {
        byte firstByte = (byte)((int)ack.Type << 4);
        long before;
        switch (ack.Type)
        {
            case PacketType.SubAck:
                before = output.UnflushedBytes;
                new SubAckPacket(ack.PacketId, ack.ReasonCodes!).Write(output, version);
                traffic.Sent(firstByte, 1, output.UnflushedBytes - before);
                break;
            case PacketType.UnsubAck:
                before = output.UnflushedBytes;
                new UnsubAckPacket(ack.PacketId, ack.ReasonCodes!).Write(output, version);
                traffic.Sent(firstByte, 1, output.UnflushedBytes - before);
                break;
            default:
                Span<byte> span = output.GetSpan(AckPacket.LengthMax);
                int length = AckPacket.Write(span, ack.Type, ack.PacketId, ack.ReasonCode, version);
                output.Advance(length);
                traffic.Sent(firstByte, 1, length);
                break;
        }
    }
}
