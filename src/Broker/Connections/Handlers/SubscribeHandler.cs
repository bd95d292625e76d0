using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Messages;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Security.Http;
using Broker.Sessions;

namespace Broker.Connections.Handlers;

/// <summary>SUBSCRIBE: into the session, into the tree, SUBACK, then the retained messages (MQTT 5.0 section 3.8.4).</summary>
internal static partial class SubscribeHandler
{
    public static HandlerResult Handle(MqttConnection connection, ReadOnlySpan<byte> body)
    {
        if (!SubscribePacket.TryDecode(body, connection.Version, out SubscribePacket? packet, out Fault? fault))
            return HandlerResult.Close(fault);
        Session session = connection.Session!;
        int levelsMax = connection.Engine.Options.Limits.Peers.TopicLevelsMax;
        foreach (SubscriptionRequest request in packet.Requests)
        {
            if (TopicDepth.IsTooDeep(request.Filter, levelsMax)) return HandlerResult.Close(EngineFaults.FilterTooDeep);
        }
        bool[]? denied = null;
        if (connection.Questions is { } questions && !TryAsk(connection, questions, packet, out denied)) return HandlerResult.Ask;
        long ticket = 0;
        var reasonCodes = new ReasonCode[packet.Requests.Count];
        List<Subscription>? replays = null;
        for (int i = 0; i < reasonCodes.Length; i++)
        {
            SubscriptionRequest request = packet.Requests[i];
            if (denied is not null && denied[i])
            {
                reasonCodes[i] = ReasonCode.NotAuthorized;
                Tell(connection, SubscriptionKey.Of(request.Filter, connection.Listener.MountPoint).Key, reasonCodes[i]);
                continue;
            }
            Subscription subscription = Build(connection, in request, packet.SubscriptionId);
            if (IsTooMany(connection, subscription))
            {
                reasonCodes[i] = ReasonCode.QuotaExceeded;
                Tell(connection, subscription.Key, reasonCodes[i]);
                continue;
            }
            byte options = Options(in request, subscription);
            ticket = Math.Max(
                ticket, connection.Engine.Sessions.Subscribe(subscription, options, connection, out Subscription? replaced));
            reasonCodes[i] = (ReasonCode)subscription.Qos;
            Tell(connection, subscription.Key, reasonCodes[i]);
            if (IsReplayed(in request, subscription, isNew: replaced is null)) (replays ??= []).Add(subscription);
            Log.Subscribed(connection.Engine.Logger, connection.Parameters!.ClientId, (int)subscription.Qos, request.Filter);
        }
        connection.AnswerBehind(new Ack(PacketType.SubAck, packet.PacketId, ReasonCode.Success, ticket, reasonCodes));
        // After the subscription is in the tree: a message that is retained meanwhile comes live or is replayed, or both,
        // but never neither.
        if (replays is null) return HandlerResult.Continue;
        foreach (Subscription subscription in replays) session.Enqueue(connection.Engine.Retained.Replay(subscription));
        return HandlerResult.Continue;
    }

    private static void Tell(MqttConnection connection, string key, ReasonCode granted)
    {
        if (connection.Engine.Metrics.Traces.Now is { } audience) connection.TellSubscribed(audience, key, granted);
    }

    // False: not all is known yet.
    private static bool TryAsk(
        MqttConnection connection, TopicQuestions questions, SubscribePacket packet, out bool[] denied)
    {
        denied = new bool[packet.Requests.Count];
        bool isKnown = true;
        for (int i = 0; i < denied.Length; i++)
        {
            string filter = SubscriptionKey.Of(packet.Requests[i].Filter, connection.Listener.MountPoint).Filter;
            bool? isAllowed = questions.Find(TopicAction.Subscribe, filter, connection.IsTakenAgain);
            isKnown &= isAllowed is not null;
            denied[i] = isAllowed == false;
        }
        return isKnown;
    }

    // Of those that come at once from several clients a few may pass beyond what all may have together.
    private static bool IsTooMany(MqttConnection connection, Subscription subscription)
    {
        PeerLimitOptions limits = connection.Engine.Options.Limits.Peers;
        if (limits is { SubscriptionsMax: 0, GlobalSubscriptionsMax: 0, WildcardFiltersMax: 0 }) return false;
        Session session = subscription.Session;
        if (session.HasSubscription(subscription.Key)) return false;
        int ofAll = connection.Engine.Router.Subscriptions.Count;
        LimitKind? met =
            IsReached(session.SubscriptionCount, limits.SubscriptionsMax) ? LimitKind.MaxSubscriptions
            : subscription.HasWildcard && IsReached(session.WildcardCount, limits.WildcardFiltersMax)
                ? LimitKind.MaxWildcardFilters
            : IsReached(ofAll, limits.GlobalSubscriptionsMax) ? LimitKind.GlobalMaxSubscriptions
            : null;
        if (met is { } limit) connection.Engine.Peers.Hit(limit, connection);
        return met is not null;
    }

    private static bool IsReached(int count, int limit) => limit > 0 && count >= limit;

    private static Subscription Build(MqttConnection connection, in SubscriptionRequest request, uint subscriptionId)
    {
        SubscriptionKey key = SubscriptionKey.Of(request.Filter, connection.Listener.MountPoint);
        bool isBridge = connection.Parameters!.IsBridge;
        QualityOfService maximum = connection.Listener.MaximumQos;
        return new Subscription
        {
            Session = connection.Session!,
            Key = key.Key,
            Filter = key.Filter,
            ShareName = key.ShareName,
            Qos = request.Qos < maximum ? request.Qos : maximum,
            NoLocal = request.NoLocal || isBridge,
            RetainAsPublished = request.RetainAsPublished || isBridge,
            Ids = subscriptionId == 0 ? [] : [subscriptionId],
        };
    }

    // As granted, not as asked for: that is what holds after a restart.
    private static byte Options(in SubscriptionRequest request, Subscription subscription) => SubscriptionRequest.ToOptions(
        subscription.Qos, subscription.NoLocal, subscription.RetainAsPublished, request.RetainHandling);

    // Retain Handling 0: always, 1: for a new subscription, 2: never [MQTT-3.3.1-9..11]; never for shared ones.
    private static bool IsReplayed(in SubscriptionRequest request, Subscription subscription, bool isNew) =>
        subscription.ShareName is null && (request.RetainHandling == 0 || (request.RetainHandling == 1 && isNew));

    private static partial class Log
    {
        [LoggerMessage(EventIds.Subscribed, LogLevel.Debug, "{ClientId} {Qos} {Filter}")]
        internal static partial void Subscribed(ILogger logger, string clientId, int qos, string filter);
    }
}
