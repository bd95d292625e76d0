using Broker.Protocol;
using Broker.Protocol.Packets;

namespace Broker.Connections.Handlers;

/// <summary>DISCONNECT from a client (MQTT 5.0 section 3.14.4).</summary>
internal static class DisconnectHandler
{
    public static HandlerResult Handle(MqttConnection connection, ReadOnlySpan<byte> body)
    {
        if (!DisconnectPacket.TryDecode(body, connection.Version, out DisconnectPacket? packet, out Fault? fault))
            return HandlerResult.Close(fault);
        // A session that was to end with its connection cannot be prolonged at the end [MQTT-3.14.2-2].
        if (packet.SessionExpiryIntervalSeconds is > 0 && connection.Parameters is { ExpirySeconds: 0 })
            return HandlerResult.Close(EngineFaults.ExpiryInDisconnect);
        return HandlerResult.Close(CloseReason.ClientDisconnected with
        {
            IsWillWanted = packet.ReasonCode != ReasonCode.Success,
            ExpirySeconds = packet.SessionExpiryIntervalSeconds,
        });
    }
}
