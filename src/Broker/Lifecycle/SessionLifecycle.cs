using System.Collections.Concurrent;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Messages;
using Broker.Routing;
using Broker.Security;
using Broker.Sessions;

namespace Broker.Lifecycle;

/// <summary>
/// Opens, takes over, leaves and ends sessions, and publishes wills when they are due (MQTT 5.0 sections 3.1.2.5, 3.1.2.11
/// and 3.1.4). A session's comings and goings are serialised by the stripe lock of its client id.
/// </summary>
internal sealed partial class SessionLifecycle : IHeartbeatListener
{
    private readonly SessionRegistry _registry;
    private readonly MessageRouter _router;
    private readonly SessionContext _context;
    private readonly SessionDeadlines _deadlines = new();
    private List<RestoredWill> _restoredWills = [];
    private List<Session> _restoredLegacies = [];
    private readonly ConcurrentDictionary<SharedHandOver, byte> _handOvers = new();
    private readonly TimeSpan _willGrace;
    private volatile int _sessionsMax;
    private readonly ILogger _logger;

    public SessionLifecycle(MessageRouter router, SessionContext context, BrokerOptions options, ILogger logger)
    {
        _registry = new SessionRegistry();
        _router = router;
        _context = context;
        _logger = logger;
        SetLimits(options.Limits);
        _willGrace = options.Persistence.WillGrace;
    }

    public SessionRegistry Registry => _registry;

    /// <summary>Ended sessions of which something is still to go to other members of their shared groups.</summary>
    public int HandOverCount => _handOvers.Count;

    /// <summary>Limits have changed: they hold for what happens from now on.</summary>
    public void SetLimits(LimitOptions limits) => _sessionsMax = limits.SessionsMax < 0 ? int.MaxValue : limits.SessionsMax;

    /// <summary>Gives a connection the session of its client id: a new one, or the one that is there.</summary>
    /// <param name="connection">Who asks.</param>
    /// <param name="clientId">Whose session.</param>
    /// <param name="cleanStart">Whether state that is there is discarded [MQTT-3.1.2-4].</param>
    /// <param name="options">What CONNECT says about the session.</param>
    public OpenResult Open(ISessionConnection connection, string clientId, bool cleanStart, in AttachOptions options)
    {
        ISessionConnection? previous;
        OpenResult result;
        TouchedConnections? touched = null;
        SharedLegacy? legacy;
        // The end of one session, its will and the begin of the next are one commit.
        _context.Store.BeginGroup();
        try
        {
            result = OpenLocked(connection, clientId, cleanStart, in options, out previous, out Will? dueWill, out legacy);
            if (dueWill is not null) Publish(dueWill, touched = NewTouched());
            if (legacy is not null) HandOn(legacy, touched ??= NewTouched());
        }
        finally
        {
            _context.Store.EndGroup();
        }
        touched?.Drain();
        Begin(legacy?.Stored);
        previous?.CloseTakenOver();
        return result with { Previous = previous };
    }

    private OpenResult OpenLocked(
        ISessionConnection connection, string clientId, bool cleanStart, in AttachOptions options,
        out ISessionConnection? previous, out Will? dueWill, out SharedLegacy? legacy)
    {
        (previous, dueWill, legacy) = (null, null, null);
        lock (_registry.LockOf(clientId))
        {
            bool isPresent = false;
            long ticket = 0;
            if (_registry.TryGet(clientId, out Session? session))
            {
                bool isOrphan = session.IsOrphan;
                previous = session.TakeOver(out Will? will);
                isPresent = !cleanStart && session.IsPersistent;
                // A will that waits is void when its owner is back; when the session ends instead, it is due [MQTT-3.1.3-9].
                // It was the broker that went away from an orphan: then its owner is back in any case.
                bool isDue = !isPresent || (previous is not null && will?.DelaySeconds == 0);
                if (isDue && !isOrphan) dueWill = will;
                if (!isPresent) ticket = EndLocked(session, out legacy);
            }
            else if (_sessionsMax != int.MaxValue && _registry.Count >= _sessionsMax)
            {
                return default;
            }
            if (!isPresent) _registry.Add(session = new Session(clientId, _context));
            ClientAccess? before = session!.Access;
            ticket = Math.Max(ticket, session.Attach(connection, in options));
            if (session.Access != before && session.SubscriptionCount > 0) _router.Subscriptions.Invalidate();
            return new OpenResult(session, isPresent, Math.Max(ticket, _registry.TakeEndTicket(clientId)));
        }
    }

    /// <summary>A connection is gone.</summary>
    /// <param name="connection">Which.</param>
    /// <param name="session">The session it served; another connection may have taken it over.</param>
    /// <param name="isWillWanted">False after a DISCONNECT with reason code 0 [MQTT-3.14.4-3].</param>
    /// <param name="expirySeconds">A Session Expiry Interval given in DISCONNECT, or null.</param>
    public void Close(ISessionConnection connection, Session session, bool isWillWanted, uint? expirySeconds)
    {
        TouchedConnections touched = NewTouched();
        SharedLegacy? legacy = null;
        // That the will is no longer stored and what it led to are one commit: it goes out once and not never.
        _context.Store.BeginGroup();
        try
        {
            Will? dueWill = null;
            lock (_registry.LockOf(session.ClientId))
            {
                if (!session.Detach(connection, expirySeconds)) return;
                if (!isWillWanted) session.TakeWill();
                if (session.Will is { DelaySeconds: 0 } || !session.IsPersistent) dueWill = session.TakeWill();
                if (session.IsPersistent) SetDeadlines(session);
                else EndLocked(session, out legacy);
            }
            if (dueWill is not null) Publish(dueWill, touched);
            if (legacy is not null) HandOn(legacy, touched);
        }
        finally
        {
            _context.Store.EndGroup();
        }
        touched.Drain();
        Begin(legacy?.Stored);
    }

    /// <summary>
    /// Takes a session that was committed before the broker ended, with its will and receipts; its subscriptions follow with
    /// <see cref="Restore(Subscription)"/>. Before any connection is served.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="awayAt">Since when its owner is away; null: it was connected when the broker ended.</param>
    /// <param name="expiresAt">When it ends, if its owner was away; long.MaxValue: never.</param>
    public void Restore(Session session, long? awayAt, long expiresAt)
    {
        long now = _context.NowUnixMilliseconds;
        _registry.Add(session);
        if (awayAt is null)
        {
            // The broker's end is not the client's fault: its time to come back begins now, and once only.
            expiresAt = session.ExpiresAt(now);
            if (session.IsPersistent) session.RestoreAway(now);
        }
        if (session.Will is { } will)
        {
            _restoredWills.Add(new RestoredWill(session, session.Epoch, (awayAt ?? now) + (will.DelaySeconds * 1000L)));
            // A session that would have ended with its connection is there for its will only.
            if (!session.IsPersistent) return;
        }
        if (expiresAt != long.MaxValue) _deadlines.Add(new Deadline(session, session.Epoch, DeadlineKind.Expiry), expiresAt);
    }

    /// <summary>Takes what an ended session had left when the broker ended; its subscriptions follow.</summary>
    public void RestoreLegacy(Session legacy) => _restoredLegacies.Add(legacy);

    /// <summary>
    /// Clients can come back from now on: the time in which they void the wills that were restored begins, and what ended
    /// sessions left goes on.
    /// </summary>
    public void BeginServing()
    {
        foreach (Session legacy in _restoredLegacies) Begin(legacy);
        _restoredLegacies = [];
        long graceEnd = _context.NowUnixMilliseconds + (long)_willGrace.TotalMilliseconds;
        foreach (RestoredWill will in _restoredWills)
        {
            long due = Math.Max(will.NotBefore, graceEnd);
            _deadlines.Add(new Deadline(will.Session, will.Epoch, DeadlineKind.Will), due);
            if (!will.Session.IsPersistent) _deadlines.Add(new Deadline(will.Session, will.Epoch, DeadlineKind.Expiry), due);
        }
        _restoredWills = [];
    }

    /// <summary>A subscription of a session that was restored.</summary>
    public void Restore(Subscription subscription)
    {
        subscription.Session.Restore(subscription);
        if (!Session.IsLegacy(subscription.Session.ClientId)) _router.Subscriptions.Put(subscription);
    }

    /// <summary>The access lists have changed: every session, connected or not, has the rights of now.</summary>
    public void Use(AccessControl access)
    {
        bool hasChanged = false;
        foreach (Session session in _registry.Sessions)
        {
            if (session.ClientId[0] == Session.OfBroker) continue;
            hasChanged |= session.Use(access);
        }
        if (hasChanged) _router.Subscriptions.Invalidate();
    }

    /// <summary>The same for one session.</summary>
    public void Use(Session session, AccessControl access)
    {
        if (session.Use(access)) _router.Subscriptions.Invalidate();
    }

    /// <summary>Adds or replaces a subscription in session and tree, unless the session has ended meanwhile.</summary>
    /// <param name="subscription">What, and whose.</param>
    /// <param name="optionsByte">As the client sent it, for the store.</param>
    /// <param name="owner">On which connection; nothing is done when another one serves the session by now.</param>
    /// <param name="replaced">The one it replaces, or null: then it is new.</param>
    /// <returns>What must be durable before SUBACK; 0: nothing.</returns>
    public long Subscribe(Subscription subscription, byte optionsByte, ISessionConnection owner, out Subscription? replaced)
    {
        replaced = null;
        Session session = subscription.Session;
        // The end of a session takes its subscriptions out of the tree: one that came later would stay there for good.
        lock (_registry.LockOf(session.ClientId))
        {
            if (!session.IsServedBy(owner)) return 0;
            long ticket = session.Put(subscription, optionsByte, out replaced);
            _router.Subscriptions.Put(subscription);
            return ticket;
        }
    }

    /// <summary>Removes a subscription from the session and from the tree.</summary>
    /// <param name="session">Whose.</param>
    /// <param name="key">As it was subscribed.</param>
    /// <param name="owner">On which connection; nothing is done when another one serves the session by now.</param>
    /// <param name="removed">What was removed; null: there was none.</param>
    /// <returns>What must be durable before UNSUBACK; 0: nothing.</returns>
    public long Unsubscribe(Session session, string key, ISessionConnection owner, out Subscription? removed)
    {
        removed = null;
        lock (_registry.LockOf(session.ClientId))
        {
            if (!session.IsServedBy(owner)) return 0;
            long ticket = session.Remove(key, out removed);
            if (removed is not null) _router.Subscriptions.Remove(removed);
            return ticket;
        }
    }

    /// <summary>Publishes the wills that are due and ends the sessions that have expired.</summary>
    public void OnTick(long nowMilliseconds)
    {
        while (_deadlines.TryTake(_context.NowUnixMilliseconds, out Deadline deadline)) Meet(in deadline);
        foreach ((SharedHandOver handOver, _) in _handOvers) handOver.Drain();
    }

    /// <summary>The broker stops: wills that wait for their delay are published now, as mosquitto does.</summary>
    public void PublishDelayedWills()
    {
        foreach (Session session in _registry.Sessions)
        {
            if (!session.IsConnected) PublishDelayedWill(session);
        }
    }

    private void PublishDelayedWill(Session session)
    {
        TouchedConnections touched = NewTouched();
        _context.Store.BeginGroup();
        try
        {
            if (session.TakeWill() is { } will) Publish(will, touched);
        }
        finally
        {
            _context.Store.EndGroup();
        }
        touched.Drain();
    }

    private void Meet(in Deadline deadline)
    {
        TouchedConnections touched = NewTouched();
        SharedLegacy? legacy = null;
        _context.Store.BeginGroup();
        try
        {
            Will? will;
            lock (_registry.LockOf(deadline.Session.ClientId))
            {
                if (deadline.Epoch != deadline.Session.Epoch) return;
                will = deadline.Session.TakeWill();
                if (deadline.Kind == DeadlineKind.Expiry)
                {
                    EndLocked(deadline.Session, out legacy);
                    _context.Metrics.SessionExpired();
                    Log.Expired(_logger, deadline.Session.ClientId);
                }
            }
            if (will is not null) Publish(will, touched);
            if (legacy is not null) HandOn(legacy, touched);
        }
        finally
        {
            _context.Store.EndGroup();
        }
        touched.Drain();
        Begin(legacy?.Stored);
    }

    private static TouchedConnections NewTouched() => new() { MayDrainNow = false };

    private void SetDeadlines(Session session)
    {
        long now = _context.NowUnixMilliseconds;
        if (session.Will is { } will)
            _deadlines.Add(new Deadline(session, session.Epoch, DeadlineKind.Will), now + (will.DelaySeconds * 1000L));
        long expiresAt = session.ExpiresAt(now);
        if (expiresAt != long.MaxValue) _deadlines.Add(new Deadline(session, session.Epoch, DeadlineKind.Expiry), expiresAt);
    }

    private long EndLocked(Session session, out SharedLegacy? legacy)
    {
        Subscription[] subscriptions = session.End(out long ticket, out legacy);
        foreach (Subscription subscription in subscriptions) _router.Subscriptions.Remove(subscription);
        _registry.Remove(session);
        if (ticket != 0) _registry.NoteEnd(session.ClientId, ticket, _context.Store.DurableTicket);
        return ticket;
    }

    // What is in memory only; nothing is kept for when there is room.
    private void HandOn(SharedLegacy legacy, TouchedConnections touched)
    {
        foreach (OutboxEntry entry in legacy.Entries)
        {
            HandOnOutcome outcome = SharedHandOver.KeyOf(in entry, legacy.Groups) is { } key
                ? _router.TryHandOn(entry.Message, key, touched)
                : HandOnOutcome.NoMember;
            if (outcome == HandOnOutcome.Done) continue;
            DropReason reason = outcome == HandOnOutcome.NoRoom ? DropReason.NoSharedMember : DropReason.SessionEnded;
            _context.Metrics.MessageDropped(reason);
            _router.Tell(TraceWord.Dropped, entry.Message, reason);
        }
    }

    private void Begin(Session? legacy)
    {
        if (legacy is null) return;
        var handOver = new SharedHandOver(legacy, _router, _context, ended => _handOvers.TryRemove(ended, out _));
        _handOvers.TryAdd(handOver, 0);
        handOver.Drain();
    }

    private void Publish(Will will, TouchedConnections touched)
    {
        Message message = will.Message;
        if (!will.IsAllowed)
        {
            // What its client may not publish, its will may not either.
            _context.Metrics.MessageDropped(DropReason.NotAuthorized);
            _router.Tell(TraceWord.Refused, message, DropReason.NotAuthorized);
            return;
        }
        if (will.ExpirySeconds is { } seconds) message = message.WithExpiry(_context.NowUnixMilliseconds + (seconds * 1000L));
        _router.Tell(TraceWord.Accepted, message);
        _router.Route(message, touched);
    }

    /// <summary>A will from the store, due at <paramref name="NotBefore"/> (milliseconds since 1970) or after.</summary>
    private readonly record struct RestoredWill(Session Session, long Epoch, long NotBefore);

    private static partial class Log
    {
        [LoggerMessage(EventIds.SessionExpired, LogLevel.Information, "Expiring client {ClientId} due to timeout.")]
        internal static partial void Expired(ILogger logger, string clientId);
    }
}
