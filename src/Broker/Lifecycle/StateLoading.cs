using System.Diagnostics.CodeAnalysis;
using Broker.Configuration;
using Broker.Messages;
using Broker.Persistence.Changes;
using Broker.Persistence.Loading;
using Broker.Protocol.Packets;
using Broker.Protocol.Topics;
using Broker.Retained;
using Broker.Security;
using Broker.Sessions;

namespace Broker.Lifecycle;

/// <summary>
/// Brings committed state into memory, streamed, before anybody is served: sessions with wills and receipts, subscriptions, and
/// retained messages. Queued messages stay where they are. What is not kept any more (<see cref="KeptState"/>) is removed from
/// the store: later on it would be out of date.
/// </summary>
internal sealed class StateLoading(
    SessionLifecycle sessions, RetainedTree retained, SessionContext context, AccessControl access)
{
    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredSession> _rows = new(StringComparer.Ordinal);
    private readonly HashSet<string> _queuesDropped = new(StringComparer.Ordinal);
    private DroppedState _dropped;

    /// <summary>Loads everything.</summary>
    /// <exception cref="System.Data.Common.DbException">The database is out of reach.</exception>
    public async Task<LoadedState> LoadAsync(StoredState state)
    {
        long queued = 0;
        await foreach (StoredSession stored in state.ReadSessionsAsync())
        {
            if (Kept(stored) is not { } row) continue;
            _rows.Add(row.ClientId, row);
            Session session = Session.Restore(row, context);
            // What an ended member of a shared group left is nobody's to read, and goes to who may.
            if (!Session.IsLegacy(row.ClientId)) session.Use(access.For(listener: null, row.UserName, row.ClientId));
            _sessions.Add(row.ClientId, session);
            queued += row.QueuedCount;
        }
        await foreach (WillPut will in state.ReadWillsAsync())
        {
            if (TryGet(will.ClientId, out Session? session))
                session.Restore(new Will(Message.FromStored(will.Message), will.DelaySeconds, will.ExpirySeconds));
        }
        await foreach (ReceiptPut receipt in state.ReadReceiptsAsync())
        {
            if (TryGet(receipt.ClientId, out Session? session)) session.RestoreReceipt(receipt.PacketId);
        }
        foreach ((string clientId, StoredSession row) in _rows)
        {
            if (Session.IsLegacy(clientId)) sessions.RestoreLegacy(_sessions[clientId]);
            else sessions.Restore(_sessions[clientId], row.AwayAt, row.ExpiresAt);
        }
        int subscriptions = 0;
        await foreach (SubscriptionPut put in state.ReadSubscriptionsAsync())
        {
            if (!TryGet(put.ClientId, out Session? session)) continue;
            sessions.Restore(ToSubscription(put, session));
            subscriptions++;
        }
        await LoadRetainedAsync(state);
        await DropQueuesAsync(state);
        return new LoadedState(_sessions.Count, subscriptions, queued, retained.Count) { Dropped = _dropped };
    }

    private async Task LoadRetainedAsync(StoredState state)
    {
        await foreach (StoredMessage message in state.ReadRetainedAsync())
        {
            if (context.Kept.Of(message.PublisherUser).HasFlag(KeptKinds.Retained))
            {
                retained.Restore(Message.FromStored(message));
                continue;
            }
            context.Store.Append(new RetainedRemoved(message.Topic));
            _dropped = _dropped with { Retained = _dropped.Retained + 1 };
        }
        retained.Sweep(context.NowUnixMilliseconds);
    }

    // As it is to be loaded, without its queue if that is not kept; null: not at all.
    private StoredSession? Kept(StoredSession row)
    {
        KeptKinds kinds = context.Kept.Of(row.UserName);
        // What an ended session left is a queue and nothing else.
        bool isKept = kinds.HasFlag(Session.IsLegacy(row.ClientId) ? KeptKinds.Queues : KeptKinds.Sessions);
        if (isKept && (kinds.HasFlag(KeptKinds.Queues) || row.QueuedCount == 0)) return row;
        _dropped = _dropped with { Queued = _dropped.Queued + row.QueuedCount };
        if (isKept)
        {
            _queuesDropped.Add(row.ClientId);
            return row with { QueuedCount = 0, QueuedSentCount = 0, QueuedBytes = 0 };
        }
        context.Store.Append(new SessionRemoved(row.ClientId));
        _dropped = _dropped with { Sessions = _dropped.Sessions + 1 };
        return null;
    }

    private async Task DropQueuesAsync(StoredState state)
    {
        if (_queuesDropped.Count == 0) return;
        await foreach (StoredDelivery delivery in state.ReadDeliveriesAsync())
        {
            if (_queuesDropped.Contains(delivery.Queued.ClientId))
                context.Store.Append(new DeliveryRemoved(delivery.Queued.ClientId, delivery.Queued.Sequence));
        }
    }

    private static Subscription ToSubscription(SubscriptionPut put, Session session)
    {
        SubscriptionRequest request = new(put.Filter, put.Options);
        bool isShared = SharedFilter.TryParse(put.Filter, out string? shareName, out string? filter);
        return new Subscription
        {
            Session = session,
            Key = put.Filter,
            Filter = isShared ? filter! : put.Filter,
            ShareName = shareName,
            Qos = request.Qos,
            NoLocal = request.NoLocal,
            RetainAsPublished = request.RetainAsPublished,
            Ids = put.SubscriptionId == 0 ? [] : [put.SubscriptionId],
        };
    }

    private bool TryGet(string clientId, [NotNullWhen(true)] out Session? session) =>
        _sessions.TryGetValue(clientId, out session);
}
