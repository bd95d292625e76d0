using System.Runtime.InteropServices;
using Broker.Persistence.Changes;
using Broker.Persistence.GroupCommit;
using Npgsql;
using static Broker.Persistence.Postgres.PostgresBatch;

namespace Broker.Persistence.Postgres;

/// <summary>Turns a plan into statements, in the order in which they depend on each other.</summary>
internal static class PostgresCommit
{
    /// <summary>Adds the plan to a batch.</summary>
    public static void Add(CommitPlan plan, PostgresBatch batch)
    {
        RemoveSessions(plan, batch);
        RemoveDeliveries(plan, batch);
        PutSessions(plan, batch);
        PutSubscriptions(plan, batch);
        PutReceipts(plan, batch);
        PutRetained(plan, batch);
        PutBans(plan, batch);
        PutMessages(plan, batch);
        PutDeliveries(plan, batch);
    }

    private static void RemoveSessions(CommitPlan plan, PostgresBatch batch)
    {
        if (plan.RemovedSessions.Count == 0) return;
        batch.Add(PostgresStatements.RemoveSessionDeliveries, Keys(plan.RemovedSessions));
        batch.Add(PostgresStatements.RemoveSessionSubscriptions, Keys(plan.RemovedSessions));
        batch.Add(PostgresStatements.RemoveSessionReceipts, Keys(plan.RemovedSessions));
        batch.Add(PostgresStatements.RemoveWills, Keys(plan.RemovedSessions));
        batch.Add(PostgresStatements.RemoveSessions, Keys(plan.RemovedSessions));
    }

    private static void RemoveDeliveries(CommitPlan plan, PostgresBatch batch)
    {
        if (Rows(plan.RemovedDeliveries) is { Length: > 0 } removed)
        {
            batch.Add(
                PostgresStatements.RemoveDeliveries,
                Column(removed, static row => row.Session), Column(removed, static row => row.Sequence));
        }
        if (Rows(plan.ReleasedDeliveries) is { Length: > 0 } released)
        {
            batch.Add(
                PostgresStatements.ReleaseDeliveries,
                Column(released, static row => row.Session), Column(released, static row => row.Sequence));
        }
    }

    private static void PutSessions(CommitPlan plan, PostgresBatch batch)
    {
        if (Rows(plan.RenamedSessions) is { Length: > 0 } renamed)
        {
            batch.Add(
                PostgresStatements.RenameSessions,
                Column(renamed, static row => row.Session), Column(renamed, static row => row.ClientId));
        }
        if (Rows(plan.Sessions) is { Length: > 0 } rows)
        {
            batch.Add(
                PostgresStatements.PutSessions,
                Column(rows, static row => row.Id), Column(rows, static row => row.ClientId),
                Column(rows, static row => row.UserName), Column(rows, static row => row.ExpirySeconds),
                Column(rows, static row => row.AwayAt), Column(rows, static row => row.ExpiresAt),
                Column(rows, static row => row.LastSequence), Column(rows, static row => row.SentSequence));
        }
        if (plan.RemovedWills.Count > 0) batch.Add(PostgresStatements.RemoveWills, Keys(plan.RemovedWills));
        ReadOnlySpan<(long Session, WillPut Will)> wills = Rows(plan.Wills);
        while (wills.Length > 0)
        {
            ReadOnlySpan<(long Session, WillPut Will)> chunk = wills[..Chunk(wills, static row => BytesOf(row.Will.Message))];
            wills = wills[chunk.Length..];
            batch.Add(
                PostgresStatements.PutWills,
                Column(chunk, static row => row.Session), Column(chunk, static row => row.Will.Message.Topic),
                Column(chunk, static row => row.Will.Message.Payload), Column(chunk, static row => row.Will.Message.Properties),
                Column(chunk, static row => (int)row.Will.Message.Qos), Column(chunk, static row => row.Will.Message.Retain),
                Column(chunk, static row => (long)row.Will.DelaySeconds),
                Column(chunk, static row => (long?)row.Will.ExpirySeconds));
        }
    }

    private static void PutSubscriptions(CommitPlan plan, PostgresBatch batch)
    {
        if (Rows(plan.RemovedSubscriptions) is { Length: > 0 } removed)
        {
            batch.Add(
                PostgresStatements.RemoveSubscriptions,
                Column(removed, static row => row.Session), Column(removed, static row => row.Filter));
        }
        if (Rows(plan.Subscriptions) is not { Length: > 0 } rows) return;
        NpgsqlParameter Session() => Column(Rows(plan.Subscriptions), static row => row.Session);
        NpgsqlParameter Filter() => Column(Rows(plan.Subscriptions), static row => row.Subscription.Filter);
        batch.Add(PostgresStatements.RemoveSubscriptions, Session(), Filter());
        batch.Add(
            PostgresStatements.PutSubscriptions, Session(), Filter(),
            Column(rows, static row => (int)row.Subscription.Options),
            Column(rows, static row => (long)row.Subscription.SubscriptionId));
    }

    private static void PutReceipts(CommitPlan plan, PostgresBatch batch)
    {
        if (Rows(plan.RemovedReceipts) is { Length: > 0 } removed)
        {
            batch.Add(
                PostgresStatements.RemoveReceipts,
                Column(removed, static row => row.Session), Column(removed, static row => (int)row.PacketId));
        }
        if (Rows(plan.Receipts) is { Length: > 0 } rows)
        {
            batch.Add(
                PostgresStatements.PutReceipts,
                Column(rows, static row => row.Session), Column(rows, static row => (int)row.PacketId));
        }
    }

    private static void PutRetained(CommitPlan plan, PostgresBatch batch)
    {
        if (Rows(plan.RemovedRetained) is { Length: > 0 } removed)
            batch.Add(PostgresStatements.RemoveRetained, Column(removed, static topic => topic));
        ReadOnlySpan<StoredMessage> rows = Rows(plan.Retained);
        if (rows.Length > 0) batch.Add(PostgresStatements.RemoveRetained, Column(rows, static row => row.Topic));
        while (rows.Length > 0)
        {
            ReadOnlySpan<StoredMessage> chunk = rows[..Chunk(rows, BytesOf)];
            rows = rows[chunk.Length..];
            batch.Add(
                PostgresStatements.PutRetained,
                Column(chunk, static row => row.Topic), Column(chunk, static row => row.Payload),
                Column(chunk, static row => row.Properties), Column(chunk, static row => (int)row.Qos),
                Column(chunk, static row => row.Retain), Column(chunk, static row => Instant(row.ExpiresAt)),
                Column(chunk, static row => row.PublisherId), Column(chunk, static row => row.PublisherUser));
        }
    }

    private static void PutBans(CommitPlan plan, PostgresBatch batch)
    {
        if (Rows(plan.RemovedBans) is { Length: > 0 } removed)
        {
            batch.Add(
                PostgresStatements.RemoveBans,
                Column(removed, static row => row.Kind), Column(removed, static row => row.Who));
        }
        if (Rows(plan.Bans) is not { Length: > 0 } rows) return;
        batch.Add(
            PostgresStatements.RemoveBans, Column(rows, static row => row.Kind), Column(rows, static row => row.Who));
        batch.Add(
            PostgresStatements.PutBans,
            Column(rows, static row => row.Kind), Column(rows, static row => row.Who), Column(rows, static row => row.By),
            Column(rows, static row => row.Reason), Column(rows, static row => row.At),
            Column(rows, static row => Instant(row.Until)));
    }

    private static void PutMessages(CommitPlan plan, PostgresBatch batch)
    {
        ReadOnlySpan<(long Id, StoredMessage Message)> rows = Rows(plan.Messages);
        while (rows.Length > 0)
        {
            ReadOnlySpan<(long Id, StoredMessage Message)> chunk = rows[..Chunk(rows, static row => BytesOf(row.Message))];
            rows = rows[chunk.Length..];
            batch.Add(
                PostgresStatements.PutMessages,
                Column(chunk, static row => row.Id), Column(chunk, static row => row.Message.Topic),
                Column(chunk, static row => row.Message.Payload), Column(chunk, static row => row.Message.Properties),
                Column(chunk, static row => (int)row.Message.Qos), Column(chunk, static row => row.Message.Retain),
                Column(chunk, static row => Instant(row.Message.ExpiresAt)),
                Column(chunk, static row => row.Message.PublisherId));
        }
    }

    private static void PutDeliveries(CommitPlan plan, PostgresBatch batch)
    {
        if (Rows(plan.Deliveries) is not { Length: > 0 } rows) return;
        batch.Add(
            PostgresStatements.PutDeliveries,
            Column(rows, static row => row.Session), Column(rows, static row => row.Delivery.Sequence),
            Column(rows, static row => row.Message), Column(rows, static row => (int)row.Delivery.Qos),
            Column(rows, static row => row.Delivery.Retain), Column(rows, static row => row.IsReleased),
            Column(rows, static row => SubscriptionIds(row.Delivery)), Column(rows, static row => row.Delivery.IsShared));
    }

    private static ReadOnlySpan<TRow> Rows<TRow>(List<TRow> rows) => CollectionsMarshal.AsSpan(rows);

    private static NpgsqlParameter<List<long>> Keys(List<long> keys) => new() { TypedValue = keys };

    private static string? SubscriptionIds(DeliveryQueued delivery) =>
        delivery.SubscriptionIds.Count == 0 ? null : string.Join(',', delivery.SubscriptionIds);

    private static long BytesOf(StoredMessage message) =>
        message.Payload.Length + message.Properties.Length + message.Topic.Length;

    private static long? Instant(long unixMilliseconds) => unixMilliseconds == long.MaxValue ? null : unixMilliseconds;
}
