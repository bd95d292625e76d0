using Broker.Configuration;
using Broker.Messages;
using Broker.Persistence.Changes;
using Broker.Persistence.Loading;
using Broker.Persistence.Paging;
using Broker.Protocol;

namespace Broker.Sessions;

/// <summary>What a session keeps in the store, and how it comes back from there.</summary>
internal sealed partial class Session
{
    /// <summary>A connected session has so many messages in memory as well; what comes behind is in the store only.</summary>
    private const int MemoryMessagesMax = 1000;

    /// <summary>The same in payload bytes.</summary>
    private const long MemoryBytesMax = 1024 * 1024;

    /// <summary>So many packet ids are reserved at a time: a part of all, so that none comes again soon.</summary>
    private const int SequenceLot = 16_384;

    private const int PageMessagesMax = 128;
    private const long PageBytesMax = 128 * 1024;

    /// <summary>Payload bytes that are read to show what waits.</summary>
    private const long PageBytesShown = 1024 * 1024;

    private Backlog? _backlog;
    private bool _keepsState;
    private long _sentSequence;
    private long _storeTicket;
    private ReservedSequences? _reserved;

    /// <summary>
    /// It was connected when the broker ended, and nobody has come back for it: its will is void when somebody does.
    /// </summary>
    public bool IsOrphan { get; private set; }

    private int OutboxCount => _outbox is { } outbox ? outbox.Count : 0;

    private int BacklogCount => _backlog is { } backlog ? backlog.Count : 0;

    private int WaitingCount => OutboxCount + (_backlog is { } backlog ? backlog.Count - backlog.SentCount : 0);

    private long WaitingBytes => (_outbox is { } outbox ? outbox.Bytes : 0) + (_backlog is { } backlog ? backlog.Bytes : 0);

    // Waiting or in flight.
    private int TotalCount => OutboxCount + BacklogCount + (_window is { } window ? window.Incomplete : 0);

    // A session that has ended writes nothing: its client id may have a new session by now.
    private bool IsStored => _keepsState && !_hasEnded;

    // The same for what it is to be sent.
    private bool IsQueueStored => IsStored && _kept!.Value.HasFlag(KeptKinds.Queues);

    // It comes back after a crash, and what it was sent does not.
    private bool HasOwnSequences => IsStored && !IsQueueStored;

    // queue_qos0_messages: they wait where the others wait, and those that come later do not overtake them [MQTT-4.6.0-6].
    private bool IsQos0Stored =>
        _context.Limits.QueueQos0Messages && IsQueueStored && (_connection is null || BacklogCount > 0);

    /// <summary>The session as it was committed, without an owner. Its subscriptions, receipts and will follow.</summary>
    public static Session Restore(StoredSession stored, SessionContext context)
    {
        Session session = new(stored.ClientId, context)
        {
            UserName = stored.UserName,
            ExpirySeconds = stored.ExpiryIntervalSeconds,
            IsOrphan = stored.AwayAt is null,
            _isInStore = true,
            _keepsState = stored.ExpiryIntervalSeconds > 0,
            _kept = context.Kept.Of(stored.UserName),
            _lastSequence = stored.LastSequence,
            _sentSequence = stored.SentSequence,
        };
        if (stored.QueuedCount == 0) return session;
        context.Metrics.DeliveryRestored(stored.QueuedCount);
        session._backlog = new Backlog();
        session._backlog.Restore((int)stored.QueuedCount, (int)stored.QueuedSentCount, stored.QueuedBytes);
        session.SettleShare();
        return session;
    }

    /// <summary>A subscription that was committed.</summary>
    public void Restore(Subscription subscription)
    {
        lock (_lock)
        {
            if ((_subscriptions ??= []).TryAdd(subscription.Key, subscription) && subscription.HasWildcard) _wildcardCount++;
            else _subscriptions[subscription.Key] = subscription;
        }
    }

    /// <summary>A QoS 2 packet id that was committed.</summary>
    public void RestoreReceipt(ushort packetId)
    {
        lock (_lock) (_receipts ??= new InboundReceipts()).Add(packetId);
    }

    /// <summary>The will that was committed.</summary>
    public void Restore(Will will)
    {
        lock (_lock) Will = will with { Access = _access };
    }

    /// <summary>Its owner was connected when the broker ended, and counts as away since now.</summary>
    public void RestoreAway(long nowUnixMilliseconds)
    {
        lock (_lock) AppendAway(nowUnixMilliseconds);
    }

    /// <summary>When the session ends if its owner went away now, milliseconds since 1970 UTC; long.MaxValue: never.</summary>
    public long ExpiresAt(long nowUnixMilliseconds)
    {
        uint seconds = Math.Min(ExpirySeconds, _context.Limits.ExpirySecondsMax);
        return seconds == NeverExpires ? long.MaxValue : nowUnixMilliseconds + (seconds * 1000L);
    }

    private long Store(StateChange change) => _storeTicket = _context.Store.Append(change);

    private void AppendAway(long now) => Store(new SessionAway(ClientId, now, ExpiresAt(now), _sentSequence));

    // The client remembers packet ids of QoS 2 beyond a crash of the broker that remembers none: what was used may not come again
    // at once. So they are taken by the lot, and a broker that starts goes on behind the last one.
    private void ReserveSequences()
    {
        long through = Math.Max(_reserved?.Through ?? 0, _lastSequence + SequenceLot);
        long ticket = _context.Store.Append(new SessionRestored(ClientId, UserName, ExpirySeconds, through, Away: null));
        _reserved = new ReservedSequences(through, ticket);
    }

    // While nobody is connected nothing is sent, and who connects reserves.
    private long ReservedTicket()
    {
        if (_connection is not null && _lastSequence > _reserved!.Through - (SequenceLot / 2)) ReserveSequences();
        return _reserved?.Ticket ?? 0;
    }

    // In memory as well, as long as nothing is in the store only: that comes first.
    private void Keep(in OutboxEntry entry)
    {
        Outbox outbox = _outbox ??= new Outbox();
        if (!IsQueueStored)
        {
            outbox.Enqueue(in entry);
            return;
        }
        Backlog backlog = _backlog ??= new Backlog();
        bool isBehind = _connection is null || backlog.Count > 0
            || outbox.ReliableCount >= MemoryMessagesMax || outbox.Bytes >= MemoryBytesMax;
        if (isBehind)
        {
            backlog.Add(
                in entry, MemoryMessagesMax, MemoryBytesMax, keepsLength: _context.Limits.DropPolicy == DropPolicy.Oldest);
            return;
        }
        backlog.Pass(entry.Sequence);
        outbox.Enqueue(in entry);
    }

    // The owner is gone: memory follows the connected, so only counts stay.
    private void LeaveToStore()
    {
        // Without one nothing was ever stored, and nothing is in memory that would have to be.
        if (_backlog is not { } backlog) return;
        (int inFlight, long first, long bytes) = (0, 0, 0);
        if (_window is { } window)
        {
            (inFlight, first, bytes) = (window.Incomplete, window.FirstIncomplete, window.OutstandingBytes);
            window.Clear();
        }
        int count = inFlight;
        if (_outbox is { } outbox)
        {
            if (first == 0 && outbox.ReliableCount > 0) first = outbox.Reliable.Sequence;
            count += outbox.ReliableCount;
            bytes += outbox.ClearReliable();
        }
        long after = first == 0 ? _lastSequence : first - 1;
        backlog.TakeBack(after, count, inFlight, bytes);
    }

    // Asked for when the session has little left in memory and more in the store.
    private void RequestPage(Backlog backlog)
    {
        if (backlog.Count == 0 || backlog.IsReading || _connection is null) return;
        if (_outbox is { } outbox && (outbox.ReliableCount > PageMessagesMax / 2 || outbox.Bytes > PageBytesMax)) return;
        backlog.BeginReading(isLast: backlog.Count <= PageMessagesMax, _sentSequence);
        var arrival = new Arrival(this, Epoch);
        _context.Store.RequestPage(new DeliveryPageRequest(
            ClientId, backlog.ReadThrough, _lastSequence, PageMessagesMax, PageBytesMax, _storeTicket, arrival));
    }

    private ISessionConnection? Take(DeliveryPageRequest request, DeliveryPage page, long epoch)
    {
        lock (_lock)
        {
            if (epoch != Epoch || _hasEnded) return null;
            Outbox outbox = _outbox ??= new Outbox();
            Backlog backlog = _backlog!;
            foreach (StoredDelivery delivery in page.Deliveries)
            {
                DeliveryQueued queued = delivery.Queued;
                if (backlog.WasDropped(queued.Sequence, _sentSequence)) continue;
                Message message = Message.FromStored(queued.Message);
                uint[] ids = [.. queued.SubscriptionIds];
                outbox.Enqueue(new OutboxEntry(message, ids, (QualityOfService)queued.Qos, queued.Retain, queued.Sequence)
                {
                    IsReleased = delivery.IsReleased,
                    IsShared = queued.IsShared,
                });
                backlog.Take(message.PayloadLength, queued.Sequence <= _sentSequence);
            }
            backlog.EndReading(page.ThroughSequence, request.ThroughSequence, _sentSequence, outbox);
            SettleShare();
            return _connection;
        }
    }

    /// <summary>Numbers up to <paramref name="Through"/> may be used when <paramref name="Ticket"/> is durable.</summary>
    private sealed record ReservedSequences(long Through, long Ticket);

    /// <summary>Takes a page to the connection that asked for it, and to no later one.</summary>
    private sealed class Arrival(Session session, long epoch) : IDeliveryPageReceiver
    {
        public bool IsGone => epoch != session.Epoch;

        public void OnPage(DeliveryPageRequest request, DeliveryPage page) => session.Take(request, page, epoch)?.Drain();
    }
}
