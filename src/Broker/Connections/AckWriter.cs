using System.IO.Pipelines;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Sessions;

namespace Broker.Connections;

/// <summary>Writes acknowledgements.</summary>
internal static class AckWriter
{
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
