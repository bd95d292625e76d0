using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Sessions;

namespace Broker.Connections.Handlers;

/// <summary>PUBACK, PUBREC and PUBCOMP of a subscriber, PUBREL of a publisher (MQTT 5.0 section 4.3).</summary>
internal static class AckHandler
{
    public static HandlerResult Handle(MqttConnection connection, PacketType type, ReadOnlySpan<byte> body)
    {
        if (!AckPacket.TryDecode(type, body, connection.Version, out AckPacket packet, out Fault? fault))
            return HandlerResult.Close(fault);
        Session session = connection.Session!;
        AcknowledgeOutcome outcome = AcknowledgeOutcome.Done;
        switch (type)
        {
            case PacketType.PubAck:
                connection.TakePubAck(packet.PacketId);
                break;
            case PacketType.PubRec:
                outcome = session.OnPubRec(connection, packet.PacketId, packet.ReasonCode);
                break;
            case PacketType.PubComp:
                outcome = session.OnPubComp(connection, packet.PacketId);
                break;
            default:
                if (session.TryRelease(connection, packet.PacketId, out Ack pubComp)) connection.Answer(in pubComp);
                break;
        }
        return outcome == AcknowledgeOutcome.WrongFlow ? HandlerResult.Close(EngineFaults.WrongFlow) : HandlerResult.Continue;
    }
}
