using System.Diagnostics.CodeAnalysis;
using Broker.Messages;
using Broker.Persistence.Changes;
using Broker.Persistence.Loading;
using Broker.Protocol.Packets;
using Broker.Protocol.Topics;
using Broker.Retained;
using Broker.Security;
using Broker.Sessions;

namespace Broker.Lifecycle;

/// <summary>What was brought into memory.</summary>
/// <param name="Sessions">Sessions.</param>
/// <param name="Subscriptions">Their subscriptions.</param>
/// <param name="Queued">Their messages, which stay in the store until they are sent.</param>
/// <param name="Retained">Retained messages.</param>
internal readonly record struct LoadedState(int Sessions, int Subscriptions, long Queued, int Retained);

/// <summary>
/// Brings committed state into memory, streamed, before anybody is served: sessions with wills and receipts, subscriptions, and
/// retained messages. Queued messages stay where they are.
/// </summary>
internal sealed class StateLoading(
    SessionLifecycle sessions, RetainedTree retained, SessionContext context, AccessControl access)
{
    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredSession> _rows = new(StringComparer.Ordinal);

    /// <summary>Loads everything.</summary>
    /// <exception cref="System.Data.Common.DbException">The database is out of reach.</exception>
    public async Task<LoadedState> LoadAsync(StoredState state)
    {
        long queued = 0;
        await foreach (StoredSession row in state.ReadSessionsAsync())
        {
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
        await foreach (StoredMessage message in state.ReadRetainedAsync()) retained.Restore(Message.FromStored(message));
        retained.Sweep(context.NowUnixMilliseconds);
        return new LoadedState(_sessions.Count, subscriptions, queued, retained.Count);
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
