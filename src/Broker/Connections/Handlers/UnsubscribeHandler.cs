using Broker.Diagnostics;
using Broker.Lifecycle;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Sessions;

namespace Broker.Connections.Handlers;

/// <summary>UNSUBSCRIBE: out of the session, out of the tree, UNSUBACK (MQTT 5.0 section 3.10.4).</summary>
internal static partial class UnsubscribeHandler
{
    public static HandlerResult Handle(MqttConnection connection, ReadOnlySpan<byte> body)
    {
        if (!UnsubscribePacket.TryDecode(body, connection.Version, out UnsubscribePacket? packet, out Fault? fault))
            return HandlerResult.Close(fault);
        long ticket = 0;
        var reasonCodes = new ReasonCode[packet.Filters.Count];
        for (int i = 0; i < reasonCodes.Length; i++)
        {
            SubscriptionKey key = SubscriptionKey.Of(packet.Filters[i], connection.Listener.MountPoint);
            SessionLifecycle sessions = connection.Engine.Sessions;
            ticket = Math.Max(
                ticket, sessions.Unsubscribe(connection.Session!, key.Key, connection, out Subscription? removed));
            reasonCodes[i] = removed is null ? ReasonCode.NoSubscriptionExisted : ReasonCode.Success;
            if (connection.Engine.Metrics.Traces.Now is { } audience)
                connection.TellUnsubscribed(audience, key.Key, removed is not null);
            Log.Unsubscribed(connection.Engine.Logger, connection.Parameters!.ClientId, packet.Filters[i]);
        }
        connection.AnswerBehind(new Ack(PacketType.UnsubAck, packet.PacketId, ReasonCode.Success, ticket, reasonCodes));
        return HandlerResult.Continue;
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Unsubscribed, LogLevel.Debug, "{ClientId} {Filter}")]
        internal static partial void Unsubscribed(ILogger logger, string clientId, string filter);
    }
}
