using Broker.Diagnostics;
using Broker.Messages;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Routing;
using Broker.Security.Http;
using Broker.Sessions;

namespace Broker.Connections.Handlers;

/// <summary>PUBLISH from a client: every "may this happen" on one screen, then the router.</summary>
internal static partial class PublishHandler
{
    public static HandlerResult Handle(MqttConnection connection, byte flags, ReadOnlySpan<byte> body)
    {
        ClientParameters parameters = connection.Parameters!;
        if (!PublishPacket.TryDecode(
            flags, body, parameters.Version, PublishDirection.FromClient, out PublishPacket packet, out Fault? fault))
            return HandlerResult.Close(fault);
        if (packet.Qos > connection.Listener.MaximumQos) return HandlerResult.Close(EngineFaults.QosNotSupported);
        if (packet.Retain && !connection.Engine.Options.Limits.IsRetainAvailable)
            return HandlerResult.Close(EngineFaults.RetainNotSupported);
        if (TopicDepth.IsTooDeep(packet.TopicUtf8, connection.Engine.Options.Limits.Peers.TopicLevelsMax))
            return HandlerResult.Close(EngineFaults.TopicTooDeep);
        if (!TryResolveTopic(connection, in packet, out TopicRoute? route, out fault)) return HandlerResult.Close(fault!);
        bool isDenied = false;
        if (connection.Questions is { } questions && route!.IsWritable && !route.Topic.IsOfServer)
        {
            if (questions.Find(TopicAction.Publish, route.Topic.Name, connection.IsTakenAgain) is not { } isAllowed)
                return HandlerResult.Ask;
            isDenied = !isAllowed;
        }
        connection.Traffic.PayloadReceived(packet.Payload.Length);
        connection.Engine.Metrics.Topics?.Received(route!.Topic.Name, packet.Payload.Length);
        if (connection.LogsPackets) LogReceived(connection, in packet, route!);
        if (packet.Qos != QualityOfService.ExactlyOnce) return Take(connection, in packet, route!, isDenied);
        connection.RouteRun();
        connection.Touched.Release();
        // Its receipt without its deliveries would lose it, its deliveries without the receipt would bring it twice.
        connection.Engine.Store.BeginGroup();
        connection.Touched.MayDrainNow = false;
        try
        {
            return Take(connection, in packet, route!, isDenied);
        }
        finally
        {
            connection.Touched.MayDrainNow = true;
            connection.Engine.Store.EndGroup();
        }
    }

    private static HandlerResult Take(MqttConnection connection, in PublishPacket packet, TopicRoute route, bool isDenied)
    {
        long ticket = 0;
        if (packet.Qos != QualityOfService.AtMostOnce)
        {
            ReceiveOutcome outcome = connection.Receive(packet.PacketId, packet.Qos, out ticket);
            if (outcome == ReceiveOutcome.NotServed) return HandlerResult.Continue;
            if (outcome == ReceiveOutcome.ReceiveMaximumExceeded) return HandlerResult.Close(EngineFaults.ReceiveMaximumExceeded);
            if (outcome == ReceiveOutcome.Duplicate)
            {
                connection.Engine.Metrics.PublicationRepeated();
                Acknowledge(connection, in packet, ReasonCode.Success, ticket);
                return HandlerResult.Continue;
            }
        }
        ReasonCode reason = Refusal(connection, in packet, route, isDenied);
        if (reason == ReasonCode.Success)
        {
            // Who follows a trace is told of each message, so none is in a run.
            TraceAudience? audience = connection.Engine.Metrics.Traces.Now;
            if (audience is not null) connection.TellReceived(audience, in packet, route.Topic, DropReason.None);
            // Its answer comes when it is routed.
            bool mayJoin = audience is null && !route.Match.IsEmpty;
            if (mayJoin && connection.TryJoinRun(in packet, route)) return HandlerResult.Continue;
            RouteResult routed = Route(connection, in packet, route);
            ticket = Math.Max(ticket, routed.Ticket);
            connection.NoteTicket(ticket);
            if (routed.Refused is { } limit) reason = RefuseRetained(connection, limit);
            else if (routed.IsRejected) reason = ReasonCode.QuotaExceeded;
            else if (!routed.HasSubscribers) reason = ReasonCode.NoMatchingSubscribers;
        }
        if (packet.Qos != QualityOfService.AtMostOnce) Acknowledge(connection, in packet, reason, ticket);
        return HandlerResult.Continue;
    }

    private static bool TryResolveTopic(
        MqttConnection connection, in PublishPacket packet, out TopicRoute? route, out Fault? fault)
    {
        (route, fault) = (null, null);
        if (packet.TopicAlias == 0)
        {
            route = connection.Topics.Get(packet.TopicUtf8, connection.Access);
            return true;
        }
        int aliasMax = connection.Parameters!.InboundAliases;
        if (packet.TopicAlias > aliasMax)
        {
            fault = EngineFaults.TopicAliasOutOfRange;
            return false;
        }
        TopicRoute?[] aliases = connection.InboundAliases ??= new TopicRoute?[aliasMax + 1];
        if (packet.TopicUtf8.IsEmpty)
        {
            if (aliases[packet.TopicAlias] is not { } known)
            {
                fault = EngineFaults.TopicAliasUnknown;
                return false;
            }
            route = connection.Topics.Get(known.NameOnWire, connection.Access);
            return true;
        }
        route = aliases[packet.TopicAlias] = connection.Topics.Get(packet.TopicUtf8, connection.Access);
        return true;
    }

    // A refused message is acknowledged all the same, to 5.0 clients with the reason [MQTT-3.4.2-1].
    private static ReasonCode Refusal(MqttConnection connection, in PublishPacket packet, TopicRoute route, bool isDenied)
    {
        DropReason drop = DropReason.None;
        ReasonCode reason = ReasonCode.Success;
        int payloadMax = connection.Engine.Options.Limits.PayloadBytesMax;
        if (isDenied || !route.IsWritable || route.Topic.IsOfServer)
            (drop, reason) = (DropReason.NotAuthorized, ReasonCode.NotAuthorized);
        else if (route.Topic.Utf8.Length > ushort.MaxValue)
            (drop, reason) = (DropReason.TopicTooLong, ReasonCode.TopicNameInvalid); // With its mount point.
        else if (payloadMax > 0 && packet.Payload.Length > payloadMax)
            (drop, reason) = (DropReason.PayloadTooLarge, ReasonCode.ImplementationSpecificError);
        else if (UserPropertyLimit.IsExceeded(packet.Properties, connection.Engine.Options.Limits.Peers.UserPropertiesMax))
            (drop, reason) = (DropReason.UserProperties, ReasonCode.QuotaExceeded);
        if (drop == DropReason.None) return reason;
        connection.Engine.Metrics.MessageDropped(drop);
        connection.Session!.NoteDrop(drop);
        if (connection.Engine.Metrics.Traces.Now is { } audience) connection.TellReceived(audience, in packet, route.Topic, drop);
        if (drop == DropReason.UserProperties) connection.Engine.Peers.Hit(LimitKind.MaxUserProperties, connection);
        if (connection.LogsPackets && drop == DropReason.NotAuthorized) LogDenied(connection, in packet, route);
        return reason;
    }

    private static ReasonCode RefuseRetained(MqttConnection connection, LimitKind limit)
    {
        connection.Engine.Peers.Hit(limit, connection);
        connection.Session!.NoteDrop(DropReason.RetainedLimit);
        return ReasonCode.QuotaExceeded;
    }

    private static RouteResult Route(MqttConnection connection, in PublishPacket packet, TopicRoute route)
    {
        if (route.Match.IsEmpty && !packet.Retain)
        {
            connection.Engine.Router.EndUnmatched(
                route.Match, route.Topic, connection.Parameters!.ClientId, packet.Payload.Length, packet.Qos);
            return default;
        }
        connection.RouteRun();
        byte[] body = GC.AllocateUninitializedArray<byte>(packet.ForwardedPropertiesLength + packet.Payload.Length);
        packet.CopyForwardedProperties(body);
        packet.Payload.CopyTo(body.AsSpan(packet.ForwardedPropertiesLength));
        var message = new Message(route.Topic, body, packet.ForwardedPropertiesLength)
        {
            Qos = packet.Qos,
            Retain = packet.Retain,
            ExpiresAt = packet.HasMessageExpiry
                ? connection.Engine.Time.GetUtcNow().ToUnixTimeMilliseconds() + (packet.MessageExpirySeconds * 1000L)
                : Message.NeverExpires,
            PublisherId = connection.Parameters!.ClientId,
            PublisherUser = packet.Retain ? connection.Parameters.UserName : null,
            // A retained message stays: it does not keep its encoded copies.
            SharedFrames = route.Match.FanOut > 1 && !packet.Retain ? new SharedFrames() : null,
        };
        return connection.Engine.Router.Route(message, route.Match, connection.Touched);
    }

    private static void Acknowledge(MqttConnection connection, in PublishPacket packet, ReasonCode reason, long ticket)
    {
        PacketType type = packet.Qos == QualityOfService.AtLeastOnce ? PacketType.PubAck : PacketType.PubRec;
        if (type == PacketType.PubRec && reason >= ReasonCode.UnspecifiedError)
        {
            // Before 5.0 PUBREC cannot refuse: the flow goes on to PUBREL, so the packet id stays known.
            if (connection.Version == ProtocolVersion.Mqtt50)
                ticket = Math.Max(ticket, connection.Session!.ForgetReceipt(packet.PacketId));
        }
        connection.Answer(new Ack(type, packet.PacketId, reason, ticket));
    }

    private static void LogReceived(MqttConnection connection, in PublishPacket packet, TopicRoute route) => Log.Received(
        connection.Engine.Logger, connection.Parameters!.ClientId, packet.Dup ? 1 : 0, (int)packet.Qos, packet.Retain ? 1 : 0,
        Rest(in packet, route));

    private static void LogDenied(MqttConnection connection, in PublishPacket packet, TopicRoute route) => Log.Denied(
        connection.Engine.Logger, connection.Parameters!.ClientId, packet.Dup ? 1 : 0, (int)packet.Qos, packet.Retain ? 1 : 0,
        Rest(in packet, route));

    private static string Rest(in PublishPacket packet, TopicRoute route) =>
        $"m{packet.PacketId}, '{route.Topic.Name}', ... ({packet.Payload.Length} bytes)";

    private static partial class Log
    {
        [LoggerMessage(EventIds.PublishReceived, LogLevel.Debug,
            "Received PUBLISH from {ClientId} (d{Dup}, q{Qos}, r{Retain}, {Rest})")]
        internal static partial void Received(ILogger logger, string clientId, int dup, int qos, int retain, string rest);

        [LoggerMessage(EventIds.PublishDenied, LogLevel.Debug,
            "Denied PUBLISH from {ClientId} (d{Dup}, q{Qos}, r{Retain}, {Rest})")]
        internal static partial void Denied(ILogger logger, string clientId, int dup, int qos, int retain, string rest);
    }
}
