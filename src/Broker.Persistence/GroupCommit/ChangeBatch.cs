using System.Runtime.InteropServices;
using Broker.Persistence.Changes;

namespace Broker.Persistence.GroupCommit;

/// <summary>
/// Collects changes while a commit runs, and lets cancel out what comes and goes in that time: it is never written. A change of a
/// session that is not known is of one that has ended meanwhile, and nothing. Belongs to the writer's thread.
/// </summary>
/// <param name="sessions">What is known of the sessions.</param>
/// <param name="tickets">Is told of each change that has cancelled out.</param>
internal sealed class ChangeBatch(SessionTable sessions, OpenTickets tickets)
{
    /// <summary>Fewer deliveries than this are not worth a wait.</summary>
    private const int WorthHoldingFrom = 64;

    private readonly List<SessionEntry> _touched = [];
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);
    private readonly List<long> _removedSessions = [];
    private readonly List<SessionEntry> _renamedSessions = [];
    private readonly Dictionary<string, StoredMessage?> _retained = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Kind, string Who), BanPut?> _bans = [];

    private int _queued;
    private int _completed;

    /// <summary>Rows that came and went in memory since the store was opened.</summary>
    public long RowsElided { get; private set; }

    /// <summary>Bytes it keeps in memory, roughly.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// Whether of the deliveries of the last batch many were completed at once, so that it pays to let this one get old.
    /// </summary>
    public bool IsWorthHolding { get; private set; }

    public void Add(StateChange change, long ticket)
    {
        Bytes += ChangeSize.Of(change);
        switch (change)
        {
            case DeliveryQueued queued: Add(queued, ticket); break;
            case DeliveryReleased released: Add(released); break;
            case DeliveryRemoved removed: Add(removed, ticket); break;
            case ReceiptPut put: PutReceipt(put.ClientId, put.PacketId, isPresent: true); break;
            case ReceiptRemoved removed: PutReceipt(removed.ClientId, removed.PacketId, isPresent: false); break;
            case RetainedPut put: PutRetained(put.Message.Topic, put.Message); break;
            case RetainedRemoved removed: PutRetained(removed.Topic, null); break;
            case BanPut put: PutBan(put.Kind, put.Who, put); break;
            case BanRemoved removed: PutBan(removed.Kind, removed.Who, null); break;
            case SubscriptionPut put: PutSubscription(put.ClientId, put.Filter, put); break;
            case SubscriptionRemoved removed: PutSubscription(removed.ClientId, removed.Filter, null); break;
            case SessionPut put: Add(put); break;
            case SessionRestored restored: Add(restored); break;
            case SessionAway away: Add(away); break;
            case SessionRemoved removed: Add(removed); break;
            case SessionRenamed renamed: Add(renamed); break;
            case WillPut put: PutWill(put.ClientId, put); break;
            case WillRemoved removed: PutWill(removed.ClientId, null); break;
            default: throw new ArgumentException($"{change.GetType().Name} is a change that no table is for.", nameof(change));
        }
    }

    /// <summary>
    /// Drops what is queued here and completed in changes that come behind it, and those changes: nobody waits for them, so they
    /// may be durable before their turn.
    /// </summary>
    /// <param name="behind">In their order; those that are dropped become null.</param>
    /// <param name="start">Of those before it this was asked already.</param>
    /// <param name="firstTicket">Of the change at <paramref name="start"/>.</param>
    public void RemoveCompleted(List<StateChange?> behind, int start, long firstTicket)
    {
        if (start == 0) _ended.Clear();
        for (int i = start; i < behind.Count; i++)
        {
            // Behind its end a client id is another session, whose sequence numbers begin anew.
            if (behind[i] is SessionRemoved ended) _ended.Add(ended.ClientId);
            if (behind[i] is SessionRenamed renamed) _ended.Add(renamed.ClientId);
            if (behind[i] is not DeliveryRemoved removed || _ended.Contains(removed.ClientId)) continue;
            if (TryElide(removed, firstTicket + (i - start))) behind[i] = null;
        }
    }

    /// <summary>Turns what was collected into rows and starts anew.</summary>
    public CommitPlan Take(long ticket, MessageReferences references)
    {
        CommitPlan plan = new(ticket) { Bytes = Bytes };
        plan.RemovedSessions.AddRange(_removedSessions);
        foreach (SessionEntry session in _renamedSessions) plan.RenamedSessions.Add((session.Id, session.ClientId));
        foreach (SessionEntry session in _touched)
        {
            if (session.Delta is not { } delta) continue;
            session.Delta = null;
            new SessionPlanning(session, delta, plan).Write(references);
        }
        foreach ((string topic, StoredMessage? message) in _retained)
        {
            if (message is null) plan.RemovedRetained.Add(topic);
            else plan.Retained.Add(message);
        }
        plan.Add(_bans);
        _bans.Clear();
        _touched.Clear();
        _removedSessions.Clear();
        _renamedSessions.Clear();
        _retained.Clear();
        Bytes = 0;
        IsWorthHolding = _queued >= WorthHoldingFrom && _completed * 2 >= _queued;
        (_queued, _completed) = (0, 0);
        return plan;
    }

    private SessionDelta? DeltaOf(string clientId) =>
        sessions.TryGet(clientId, out SessionEntry? session) ? DeltaOf(session) : null;

    private SessionDelta DeltaOf(SessionEntry session)
    {
        if (session.Delta is { } delta) return delta;
        _touched.Add(session);
        return session.Delta = new SessionDelta();
    }

    private void Add(SessionPut put)
    {
        SessionEntry session = sessions.FindOrAdd(put.ClientId);
        session.UserName = put.UserName;
        session.ExpirySeconds = put.ExpiryIntervalSeconds;
        session.AwayAt = null;
        session.ExpiresAt = null;
        session.SentSequence = null;
        DeltaOf(session).IsRowChanged = true;
    }

    private void Add(SessionRestored restored)
    {
        Add(new SessionPut(restored.ClientId, restored.UserName, restored.ExpiryIntervalSeconds));
        SessionEntry session = sessions.FindOrAdd(restored.ClientId);
        session.LastSequence = Math.Max(session.LastSequence, restored.LastSequence);
        if (restored.Away is { } away) Add(away);
    }

    private void Add(SessionAway away)
    {
        if (!sessions.TryGet(away.ClientId, out SessionEntry? session)) return;
        session.AwayAt = away.AwayAt;
        session.ExpiresAt = away.ExpiresAt == long.MaxValue ? null : away.ExpiresAt;
        session.SentSequence = away.SentSequence;
        DeltaOf(session).IsRowChanged = true;
    }

    private void Add(SessionRemoved removed)
    {
        if (!sessions.TryGet(removed.ClientId, out SessionEntry? session)) return;
        if (session.Delta is { } delta)
        {
            RowsElided += session.IsStored ? 0 : 1;
            Drop(delta);
            session.Delta = null;
        }
        if (session.IsStored) _removedSessions.Add(session.Id);
        sessions.Remove(session);
    }

    private void Add(SessionRenamed renamed)
    {
        if (!sessions.TryGet(renamed.ClientId, out SessionEntry? session)) return;
        if (session.IsStored) _renamedSessions.Add(session);
        session.IsRenamed = true;
        sessions.Rename(session, renamed.NewClientId);
    }

    private void Drop(SessionDelta delta)
    {
        if (delta.Will is { } will) Bytes -= ChangeSize.Of(will);
        if (delta.Deliveries is null) return;
        foreach (DeliveryDelta delivery in delta.Deliveries.Values)
        {
            if (delivery.Queued is not { } queued) continue;
            RowsElided++;
            Bytes -= ChangeSize.Of(queued);
        }
    }

    private void Add(DeliveryQueued queued, long ticket)
    {
        if (!sessions.TryGet(queued.ClientId, out SessionEntry? session)) return;
        SessionDelta delta = DeltaOf(session);
        session.LastSequence = Math.Max(session.LastSequence, queued.Sequence);
        _queued++;
        (delta.Deliveries ??= [])[queued.Sequence] = new DeliveryDelta { Queued = queued, Ticket = ticket };
    }

    private void Add(DeliveryReleased released)
    {
        if (DeltaOf(released.ClientId) is not { } delta) return;
        ref DeliveryDelta delivery = ref CollectionsMarshal.GetValueRefOrAddDefault(
            delta.Deliveries ??= [], released.Sequence, out _);
        delivery.IsReleased = true;
    }

    private void Add(DeliveryRemoved removed, long ticket)
    {
        if (TryElide(removed, ticket))
        {
            Bytes -= ChangeSize.Of(removed);
            return;
        }
        if (DeltaOf(removed.ClientId) is not { } delta) return;
        (delta.Deliveries ??= [])[removed.Sequence] = new DeliveryDelta { IsRemoved = true };
    }

    /// <summary>Whether the delivery was queued in this batch: then it never was.</summary>
    private bool TryElide(DeliveryRemoved removed, long ticket)
    {
        if (!sessions.TryGet(removed.ClientId, out SessionEntry? session) || session.Delta?.Deliveries is not { } deliveries)
            return false;
        // It went to another session: who waits for it to be stored waits for what that one has.
        if (session.IsRenamed) return false;
        if (!deliveries.TryGetValue(removed.Sequence, out DeliveryDelta delivery) || delivery.Queued is not { } queued)
            return false;
        deliveries.Remove(removed.Sequence);
        tickets.Close(delivery.Ticket);
        tickets.Close(ticket);
        Bytes -= ChangeSize.Of(queued);
        RowsElided++;
        _completed++;
        return true;
    }

    private void PutReceipt(string clientId, ushort packetId, bool isPresent)
    {
        if (DeltaOf(clientId) is not { } delta) return;
        Dictionary<ushort, ReceiptDelta> receipts = delta.Receipts ??= [];
        ref ReceiptDelta receipt = ref CollectionsMarshal.GetValueRefOrAddDefault(receipts, packetId, out bool isKnown);
        // A receipt is put only when it is not there: when the first word of the batch is "put", there is no row.
        if (!isKnown) receipt.MayBeStored = !isPresent;
        if (isKnown && !isPresent && !receipt.MayBeStored)
        {
            receipts.Remove(packetId);
            Bytes -= 2 * ChangeSize.Small;
            RowsElided++;
            return;
        }
        if (isKnown && isPresent != receipt.IsPresent) Bytes -= ChangeSize.Small;
        receipt.IsPresent = isPresent;
    }

    private void PutRetained(string topic, StoredMessage? message)
    {
        ref StoredMessage? last = ref CollectionsMarshal.GetValueRefOrAddDefault(_retained, topic, out bool isKnown);
        if (isKnown)
        {
            Bytes -= ChangeSize.OfRetained(last);
            if (last is not null) RowsElided++;
        }
        last = message;
    }

    private void PutBan(string kind, string who, BanPut? ban)
    {
        ref BanPut? last = ref CollectionsMarshal.GetValueRefOrAddDefault(_bans, (kind, who), out bool isKnown);
        if (isKnown)
        {
            Bytes -= ChangeSize.Small;
            if (last is not null) RowsElided++;
        }
        last = ban;
    }

    private void PutSubscription(string clientId, string filter, SubscriptionPut? subscription)
    {
        if (DeltaOf(clientId) is not { } delta) return;
        delta.Subscriptions ??= new Dictionary<string, SubscriptionPut?>(StringComparer.Ordinal);
        ref SubscriptionPut? last = ref CollectionsMarshal.GetValueRefOrAddDefault(delta.Subscriptions, filter, out bool isKnown);
        if (isKnown)
        {
            Bytes -= ChangeSize.Small;
            if (last is not null) RowsElided++;
        }
        last = subscription;
    }

    private void PutWill(string clientId, WillPut? will)
    {
        if (DeltaOf(clientId) is not { } delta) return;
        if (delta.Will is { } last)
        {
            Bytes -= ChangeSize.Of(last);
            RowsElided++;
        }
        delta.IsWillChanged = true;
        delta.Will = will;
    }
}
