using System.IO.Pipelines;
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

    public static void Write(PipeWriter output, in Ack ack, ProtocolVersion version)
    {
        switch (ack.Type)
        {
            case PacketType.SubAck:
                new SubAckPacket(ack.PacketId, ack.ReasonCodes!).Write(output, version);
                break;
            case PacketType.UnsubAck:
                new UnsubAckPacket(ack.PacketId, ack.ReasonCodes!).Write(output, version);
                break;
            default:
                Span<byte> span = output.GetSpan(AckPacket.LengthMax);
                output.Advance(AckPacket.Write(span, ack.Type, ack.PacketId, ack.ReasonCode, version));
                break;
        }
    }
}
