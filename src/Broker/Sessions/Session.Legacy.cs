using System.Diagnostics;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Persistence.Changes;

namespace Broker.Sessions;

/// <summary>
/// What a session that ends was owed by shared subscriptions and other members may get instead (MQTT 5.0 section 4.8.2). What is
/// in memory is here; of what is in the store there is a session that nobody can connect to.
/// </summary>
/// <param name="Entries">Messages in memory, in their order.</param>
/// <param name="Stored">The session that stands for the rest, or null.</param>
/// <param name="Ticket">What must be durable before the client may be told that its session is gone; 0: nothing.</param>
internal sealed record SharedLegacy(List<OutboxEntry> Entries, Session? Stored, long Ticket)
{
    /// <summary>The shared subscriptions that the session had.</summary>
    public required Subscription[] Groups { get; init; }
}

internal sealed partial class Session
{
    /// <summary>No client id begins like this: MQTT strings have no control characters here.</summary>
    public const char OfBroker = '\u0001';

    private const string LegacyPrefix = "\u0001ended ";

    /// <summary>Whether a session of the store stands for what an ended one left.</summary>
    public static bool IsLegacy(string clientId) => clientId.StartsWith(LegacyPrefix, StringComparison.Ordinal);

    /// <summary>The shared subscriptions it has.</summary>
    public Subscription[] SharedSubscriptions
    {
        get
        {
            lock (_lock)
                return _subscriptions is null ? [] : [.. _subscriptions.Values.Where(static one => one.ShareName is not null)];
        }
    }

    /// <summary>The session, which no connection serves any more, is over, and others may get something of it.</summary>
    /// <param name="ticket">What must be durable before the client may be told that it is gone; 0: nothing.</param>
    /// <param name="legacy">What others may get; null: nothing.</param>
    /// <returns>Its subscriptions, to be taken out of the tree.</returns>
    public Subscription[] End(out long ticket, out SharedLegacy? legacy)
    {
        // Under one lock: what is offered in between would be in neither.
        lock (_lock)
        {
            Debug.Assert(_connection is null, "first it is left, then it ends");
            legacy = TakeLegacy();
            Subscription[] subscriptions = End(out ticket);
            if (legacy is not null) ticket = Math.Max(ticket, legacy.Ticket);
            return subscriptions;
        }
    }

    /// <summary>Begins to hand on what is in the store; nothing that is committed changes by that.</summary>
    public void AttachHeir(ISessionConnection heir)
    {
        lock (_lock)
        {
            _connection = heir;
            Epoch++;
            _sendQuota = int.MaxValue;
        }
    }

    private SharedLegacy? TakeLegacy()
    {
        if (TotalCount == 0) return null;
        Subscription[] groups = SharedSubscriptions;
        if (groups.Length == 0) return null;
        return IsQueueStored ? Rename(groups) : TakeFromMemory(groups);
    }

    private SharedLegacy TakeFromMemory(Subscription[] groups)
    {
        List<OutboxEntry> entries = [];
        _window?.CollectShared(entries);
        _outbox?.CollectShared(entries);
        _context.Metrics.MessageDropped(DropReason.SessionEnded, TotalCount - entries.Count);
        TellLostCount(DropReason.SessionEnded, TotalCount - entries.Count);
        _window = null;
        _outbox = null;
        return new SharedLegacy(entries, null, 0) { Groups = groups };
    }

    private SharedLegacy Rename(Subscription[] groups)
    {
        string name = $"{LegacyPrefix}{Guid.NewGuid():N} {ClientId}";
        var legacy = new Session(name, _context)
        {
            ExpirySeconds = NeverExpires,
            _isInStore = true,
            _keepsState = true,
            _kept = KeptKinds.All,
            _lastSequence = _lastSequence,
            _sentSequence = _sentSequence,
            _backlog = _backlog,
            _subscriptions = groups.ToDictionary(static one => one.Key, StringComparer.Ordinal),
        };
        _context.Store.Append(new SessionRenamed(ClientId, name));
        _context.Store.Append(new WillRemoved(name));
        long ticket = legacy.Store(new SessionAway(name, _context.NowUnixMilliseconds, long.MaxValue, _sentSequence));
        // QoS 0 is in memory alone.
        _context.Metrics.MessageDropped(DropReason.SessionEnded, OutboxCount);
        TellLostCount(DropReason.SessionEnded, OutboxCount);
        _isInStore = false;
        _backlog = null;
        _window = null;
        _outbox = null;
        legacy.SettleShare();
        return new SharedLegacy([], legacy, ticket) { Groups = groups };
    }
}
