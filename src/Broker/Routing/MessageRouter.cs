using Broker.Diagnostics;
using Broker.Messages;
using Broker.Protocol;
using Broker.Retained;
using Broker.Security;
using Broker.Sessions;

namespace Broker.Routing;

/// <summary>What routing a message came to.</summary>
/// <param name="HasSubscribers">Whether anybody's subscription matched.</param>
/// <param name="Ticket">What must be durable before the publisher is answered; 0: nothing.</param>
internal readonly record struct RouteResult(bool HasSubscribers, long Ticket)
{
    /// <summary>The limit for which it went nowhere, or null.</summary>
    public LimitKind? Refused { get; init; }

    /// <summary>Somebody's queue was full: the publisher is to be told (<c>drop_policy reject</c>). Others have it.</summary>
    public bool IsRejected { get; init; }
}

/// <summary>What handing a message on to another member of its group came to.</summary>
internal enum HandOnOutcome
{
    /// <summary>Another member has it.</summary>
    Done,
    /// <summary>The members there are have no room for it now.</summary>
    NoRoom,
    /// <summary>The group has no members any more.</summary>
    NoMember,
}

/// <summary>Brings a message to the retained tree and to every session whose subscription matches. Thread-safe.</summary>
internal sealed partial class MessageRouter
{
    /// <summary>A send costs about as much as so many messages do by the queues rather than at once.</summary>
    private const int LargeRunCountMin = 16;

    private readonly RetainedTree _retained;
    private readonly BrokerMetrics _metrics;
    private readonly ILogger _logger;

    public MessageRouter(SubscriptionTree subscriptions, RetainedTree retained, BrokerMetrics metrics, ILogger logger)
    {
        Subscriptions = subscriptions;
        _retained = retained;
        _metrics = metrics;
        _logger = logger;
    }

    public SubscriptionTree Subscriptions { get; }

    /// <summary>
    /// Routes messages as they came, whose receivers are known: to each receiver all of them. Of those that pass to everybody no
    /// objects are made.
    /// </summary>
    /// <param name="run">What.</param>
    /// <param name="match">To whom.</param>
    /// <param name="touched">Takes the receivers.</param>
    /// <param name="tickets">One for each message, raised to what must be durable before the publisher is answered.</param>
    /// <param name="messages">Takes those that somebody keeps.</param>
    public void Route(
        in PublicationRun run, MatchResult match, TouchedConnections touched, Span<long> tickets, RunMessages messages)
    {
        // More receivers than can be held send at once what they got. That pays when it is much; less waits in the queues for
        // what this and other publishers bring meanwhile.
        bool isLarge = match.Receivers.Length > ConnectionHold.CountMax;
        bool mayPass = !isLarge || run.Count >= LargeRunCountMin;
        bool isShared = match.FanOut > 1;
        CountUnreadable(match, run.Count);
        int receivers = 0;
        foreach (ref readonly Receiver receiver in match.Receivers.AsSpan())
        {
            if (receiver.For(run.PublisherId) is not { } subscription) continue;
            receivers++;
            int passed = mayPass ? touched.Pass(in run, subscription, receiver.Access) : 0;
            if (isLarge && passed > 0) touched.Release();
            for (int i = passed; i < run.Count; i++)
            {
                Message message = messages.Get(in run, i, isShared);
                OfferResult result = Deliver(message, subscription, receiver.Access, touched);
                tickets[i] = Math.Max(tickets[i], result.Ticket);
                if (result.Drop == DropReason.QueueRejected) messages.Reject(i);
            }
        }
        foreach (MatchedGroup group in match.Groups)
        {
            for (int i = 0; i < run.Count; i++)
            {
                OfferResult result = DeliverToOne(messages.Get(in run, i, isShared), group, touched);
                tickets[i] = Math.Max(tickets[i], result.Ticket);
                if (result.Drop == DropReason.QueueRejected) messages.Reject(i);
            }
        }
        if (receivers > 0) _metrics.Traffic.OfThread.Match(receivers * run.Count);
    }

    /// <summary>Routes a message whose receivers are known.</summary>
    public RouteResult Route(Message message, MatchResult match, TouchedConnections touched)
    {
        long ticket = 0;
        if (message.Retain)
        {
            if (!_retained.TrySet(message, out ticket, out LimitKind limit))
            {
                _metrics.MessageDropped(DropReason.RetainedLimit);
                return new RouteResult(false, 0) { Refused = limit };
            }
            // Who subscribed before the change gets the message live, who subscribed after it gets it replayed: so look again
            // after the change, or a subscriber in between would get it neither way.
            if (match.Generation != Subscriptions.Generation) match = Subscriptions.Match(message.Topic.Name);
        }
        CountUnreadable(match, 1);
        if (_metrics.Traces.Now is { } audience) TellMatched(audience, message, match);
        int receivers = 0;
        bool isRejected = false;
        foreach (ref readonly Receiver receiver in match.Receivers.AsSpan())
        {
            if (receiver.For(message.PublisherId) is not { } subscription) continue;
            receivers++;
            OfferResult result = Deliver(message, subscription, receiver.Access, touched);
            ticket = Math.Max(ticket, result.Ticket);
            isRejected |= result.Drop == DropReason.QueueRejected;
        }
        if (receivers > 0) _metrics.Traffic.OfThread.Match(receivers);
        foreach (MatchedGroup group in match.Groups)
        {
            OfferResult result = DeliverToOne(message, group, touched);
            ticket = Math.Max(ticket, result.Ticket);
            isRejected |= result.Drop == DropReason.QueueRejected;
        }
        return new RouteResult(!match.IsEmpty, ticket) { IsRejected = isRejected };
    }

    /// <summary>Routes a message of the broker itself or of a client that is gone.</summary>
    /// <param name="message">What.</param>
    /// <param name="touched">Takes the receivers, which the caller drains when no group of the store is open.</param>
    public RouteResult Route(Message message, TouchedConnections touched) =>
        Route(message, Subscriptions.Match(message.Topic.Name), touched);

    /// <summary>Counts what did not go to subscribers that may not read it.</summary>
    /// <param name="match">Who was looked up.</param>
    /// <param name="count">For so many messages.</param>
    public void CountUnreadable(MatchResult match, int count)
    {
        if (match.Unreadable == 0) return;
        _metrics.Traffic.OfThread.Match(match.Unreadable * count);
        _metrics.MessageDropped(DropReason.NotReadable, (long)match.Unreadable * count);
    }

    /// <summary>A message that is not retained goes to nobody.</summary>
    /// <param name="match">Who was looked up.</param>
    /// <param name="topic">Of the message.</param>
    /// <param name="publisherId">Client id.</param>
    /// <param name="payloadBytes">Of the message.</param>
    /// <param name="qos">As published.</param>
    public void EndUnmatched(MatchResult match, Topic topic, string publisherId, int payloadBytes, QualityOfService qos)
    {
        CountUnreadable(match, 1);
        if (_metrics.Traces.Now is not { } audience) return;
        TellMatched(
            audience, new TraceEvent(TraceWord.Matched, publisherId, topic.Name)
            {
                PublisherId = publisherId,
                Qos = (int)qos,
                Bytes = payloadBytes,
                Count = match.Unreadable,
            },
            match.Unreadable);
    }

    private OfferResult Deliver(
        Message message, Subscription subscription, ClientAccess? access, TouchedConnections touched)
    {
        OfferResult result = subscription.Session.Offer(message, subscription, access);
        if (result.Drop != DropReason.None) _metrics.MessageDropped(result.Drop);
        else Wake(in result, touched);
        if (result.BeginsDropping) Log.Dropping(_logger, subscription.Session.ClientId);
        return result;
    }

    /// <summary>Brings a message that a member of a shared group cannot have any more to another one.</summary>
    /// <param name="message">What.</param>
    /// <param name="key">The key of the shared subscription.</param>
    /// <param name="touched">Takes the receiver.</param>
    public HandOnOutcome TryHandOn(Message message, string key, TouchedConnections touched)
    {
        foreach (MatchedGroup group in Subscriptions.Match(message.Topic.Name).Groups)
        {
            if (group.Members[0].ForOthers.Key != key) continue;
            // It can wait: nobody's message has to go for it.
            OfferResult result = TryDeliverToOne(message, group, touched, mayMakeRoom: false);
            return result.Drop == DropReason.None ? HandOnOutcome.Done : HandOnOutcome.NoRoom;
        }
        return HandOnOutcome.NoMember;
    }

    private OfferResult DeliverToOne(Message message, MatchedGroup group, TouchedConnections touched)
    {
        if (group.Members.Length == 0) return default;
        _metrics.Traffic.OfThread.Match(1);
        OfferResult result = TryDeliverToOne(message, group, touched, mayMakeRoom: true);
        if (result.Drop == DropReason.None) return result;
        _metrics.MessageDropped(result.Drop);
        Tell(TraceWord.Dropped, message, result.Drop);
        return result;
    }

    /// <summary>Tells who follows a trace of a message that is not a client's, or is nobody's any more.</summary>
    /// <param name="word">What became of it: Accepted, Refused or Dropped.</param>
    /// <param name="message">It.</param>
    /// <param name="cause">Why; None: no reason.</param>
    public void Tell(TraceWord word, Message message, DropReason cause = DropReason.None)
    {
        if (_metrics.Traces.Now is not { } audience) return;
        audience.Tell(Describe(word, message) with
        {
            ClientId = word == TraceWord.Dropped ? null : message.PublisherId,
            Cause = cause == DropReason.None ? null : TraceAudience.CauseOf(cause),
        });
    }

    private static TraceEvent Describe(TraceWord word, Message message) =>
        new(word, message.PublisherId, message.Topic.Name)
        {
            PublisherId = message.PublisherId,
            Qos = (int)message.Qos,
            Bytes = message.PayloadLength,
        };

    private static void TellMatched(TraceAudience audience, Message message, MatchResult match)
    {
        int count = match.Unreadable;
        foreach (ref readonly Receiver receiver in match.Receivers.AsSpan())
        {
            if (receiver.For(message.PublisherId) is not null) count++;
        }
        foreach (MatchedGroup group in match.Groups)
        {
            if (group.Members.Length > 0) count++;
        }
        TellMatched(audience, Describe(TraceWord.Matched, message) with { Count = count }, match.Unreadable);
    }

    private static void TellMatched(TraceAudience audience, TraceEvent matched, int unreadable)
    {
        audience.Tell(matched);
        if (unreadable == 0) return;
        audience.Tell(matched with
        {
            Word = TraceWord.Dropped,
            ClientId = null,
            Count = unreadable,
            Cause = TraceAudience.CauseOf(DropReason.NotReadable),
        });
    }

    // First a member who is connected and has room, in turn; then whoever takes it; then whoever makes room for it.
    private OfferResult TryDeliverToOne(
        Message message, MatchedGroup group, TouchedConnections touched, bool mayMakeRoom)
    {
        Receiver[] members = group.Members;
        DropReason reason = DropReason.NoSharedMember;
        uint turn = group.Group.NextTurn();
        for (int i = 0; i < members.Length * (mayMakeRoom ? 3 : 2); i++)
        {
            ref readonly Receiver member = ref members[(turn + (uint)i) % (uint)members.Length];
            Subscription subscription = member.ForOthers;
            bool isFirstRound = i < members.Length;
            if (isFirstRound && !subscription.Session.IsReady) continue;
            OfferResult result =
                subscription.Session.Offer(message, subscription, member.Access, mayMakeRoom: i >= members.Length * 2);
            if (result.BeginsDropping) Log.Dropping(_logger, subscription.Session.ClientId);
            if (result.Drop == DropReason.QueueRejected) reason = result.Drop;
            if (result.Drop != DropReason.None) continue;
            Wake(in result, touched);
            return result;
        }
        return new OfferResult(reason);
    }

    private static void Wake(in OfferResult result, TouchedConnections touched)
    {
        if (result.Connection is not { } connection) return;
        if (result.DrainNow && touched.MayDrainNow) touched.DrainNow(connection);
        else touched.Add(connection, result.IsQos0);
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.QueueFull, LogLevel.Information, "Outgoing messages are being dropped for client {ClientId}.")]
        internal static partial void Dropping(ILogger logger, string clientId);
    }
}
