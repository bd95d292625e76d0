using Broker.Persistence.Changes;
using Broker.Persistence.GroupCommit;
using SQLitePCL;

namespace Broker.Persistence.Sqlite;

/// <summary>Writes a plan on an open connection. What fails is rolled back by whoever closes the connection.</summary>
internal sealed class SqliteCommit(sqlite3 database) : IDisposable
{
    private readonly SqliteStatements _sql = new(database);
    private readonly List<long> _removedMessages = [];

    public long ReadTicket()
    {
        List<long> ticket = [];
        _sql.ReadTicket.Run(ticket);
        return ticket[0];
    }

    /// <returns>Rows inserted, changed and deleted.</returns>
    public int Write(CommitPlan plan, MessageReferences references)
    {
        int before = raw.sqlite3_total_changes(database);
        _sql.Begin.Run();
        _removedMessages.Clear();
        RemoveSessions(plan);
        RemoveDeliveries(plan);
        PutSessions(plan);
        PutRetained(plan);
        PutBans(plan);
        PutDeliveries(plan);
        foreach (long id in references.Unreferenced(plan, _removedMessages)) _sql.RemoveMessage.Bind(id).Run();
        int rows = raw.sqlite3_total_changes(database) - before;
        _sql.Ticket.Bind(plan.Ticket).Run();
        _sql.End.Run();
        return rows;
    }

    public void Dispose() => _sql.Dispose();

    private void RemoveSessions(CommitPlan plan)
    {
        foreach (long id in plan.RemovedSessions)
        {
            _sql.RemoveSessionDeliveries.Bind(id).Run(_removedMessages);
            _sql.RemoveSessionSubscriptions.Bind(id).Run();
            _sql.RemoveSessionReceipts.Bind(id).Run();
            _sql.RemoveWill.Bind(id).Run();
            _sql.RemoveSession.Bind(id).Run();
        }
    }

    private void RemoveDeliveries(CommitPlan plan)
    {
        foreach ((long session, long sequence) in plan.RemovedDeliveries)
            _sql.RemoveDelivery.Bind(session).Bind(sequence).Run(_removedMessages);
        foreach ((long session, long sequence) in plan.ReleasedDeliveries)
            _sql.ReleaseDelivery.Bind(session).Bind(sequence).Run();
    }

    private void PutSessions(CommitPlan plan)
    {
        foreach ((long session, string clientId) in plan.RenamedSessions) _sql.RenameSession.Bind(session).Bind(clientId).Run();
        foreach (SessionRecord row in plan.Sessions)
        {
            _sql.PutSession.Bind(row.Id).Bind(row.ClientId).Bind(row.UserName).Bind(row.ExpirySeconds)
                .Bind(row.AwayAt).Bind(row.ExpiresAt).Bind(row.LastSequence).Bind(row.SentSequence).Run();
        }
        foreach (long session in plan.RemovedWills) _sql.RemoveWill.Bind(session).Run();
        foreach ((long session, WillPut will) in plan.Wills)
        {
            StoredMessage message = will.Message;
            _sql.PutWill.Bind(session).Bind(message.Topic).Bind(message.Payload).Bind(message.Properties).Bind(message.Qos)
                .Bind(message.Retain).Bind(will.DelaySeconds).Bind(will.ExpirySeconds).Run();
        }
        foreach ((long session, string filter) in plan.RemovedSubscriptions)
            _sql.RemoveSubscription.Bind(session).Bind(filter).Run();
        foreach ((long session, SubscriptionPut put) in plan.Subscriptions)
            _sql.PutSubscription.Bind(session).Bind(put.Filter).Bind(put.Options).Bind(put.SubscriptionId).Run();
        foreach ((long session, ushort packetId) in plan.RemovedReceipts) _sql.RemoveReceipt.Bind(session).Bind(packetId).Run();
        foreach ((long session, ushort packetId) in plan.Receipts) _sql.PutReceipt.Bind(session).Bind(packetId).Run();
    }

    private void PutRetained(CommitPlan plan)
    {
        foreach (string topic in plan.RemovedRetained) _sql.RemoveRetained.Bind(topic).Run();
        foreach (StoredMessage message in plan.Retained)
        {
            _sql.PutRetained.Bind(message.Topic).Bind(message.Payload).Bind(message.Properties).Bind(message.Qos)
                .Bind(message.Retain).Bind(Instant(message.ExpiresAt)).Bind(message.PublisherId).Bind(message.PublisherUser)
                .Run();
        }
    }

    private void PutBans(CommitPlan plan)
    {
        foreach ((string kind, string who) in plan.RemovedBans) _sql.RemoveBan.Bind(kind).Bind(who).Run();
        foreach (BanPut ban in plan.Bans)
        {
            _sql.PutBan.Bind(ban.Kind).Bind(ban.Who).Bind(ban.By).Bind(ban.Reason).Bind(ban.At).Bind(Instant(ban.Until))
                .Run();
        }
    }

    private void PutDeliveries(CommitPlan plan)
    {
        foreach ((long id, StoredMessage message) in plan.Messages)
        {
            _sql.PutMessage.Bind(id).Bind(message.Topic).Bind(message.Payload).Bind(message.Properties).Bind(message.Qos)
                .Bind(message.Retain).Bind(Instant(message.ExpiresAt)).Bind(message.PublisherId).Run();
        }
        foreach ((long session, long message, DeliveryQueued delivery, bool isReleased) in plan.Deliveries)
        {
            string? ids = delivery.SubscriptionIds.Count == 0 ? null : string.Join(',', delivery.SubscriptionIds);
            _sql.PutDelivery.Bind(session).Bind(delivery.Sequence).Bind(message).Bind(delivery.Qos).Bind(delivery.Retain)
                .Bind(isReleased).Bind(ids).Bind(delivery.IsShared).Run();
        }
    }

    private static long? Instant(long unixMilliseconds) => unixMilliseconds == long.MaxValue ? null : unixMilliseconds;
}
