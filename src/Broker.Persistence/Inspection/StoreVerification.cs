using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Broker.Persistence.Changes;
using Broker.Persistence.Loading;
using Broker.Persistence.Transfer;

namespace Broker.Persistence.Inspection;

/// <summary>Compares what a store holds with what is true of every store. Reads all of it, changes nothing.</summary>
/// <param name="store">The store.</param>
/// <param name="rules">What the protocol says.</param>
public sealed class StoreVerification(StoreInspection store, TopicRules rules)
{
    /// <summary>Of each kind so many are named, the rest is counted.</summary>
    private const int NamedMax = 20;

    private readonly IInspectedDatabase _database = store.Database;

    /// <summary>Everything that is wrong, a sentence each. None: all is well.</summary>
    /// <exception cref="DbException">The database went away.</exception>
    public async IAsyncEnumerable<string> FindAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (string damage in _database.FindDamage()) yield return $"damaged: {damage}";
        if (store.IsHalfImported()) yield return "half of an import: 'broker db import' again begins anew";
        if (_database.Snapshot.Number("SELECT count(*) FROM store_state") != 1)
            yield return "store_state does not have exactly one row";
        foreach (Invariant invariant in Invariant.All)
        {
            foreach (string finding in Find(invariant)) yield return finding;
        }
        if (!_database.RemovesMessagesLate)
        {
            foreach (string finding in Find(Invariant.MessageHasDelivery)) yield return finding;
        }
        await foreach (string finding in FindInFactsAsync(cancellationToken).ConfigureAwait(false)) yield return finding;
        await foreach (string finding in FindInCountsAsync(cancellationToken).ConfigureAwait(false)) yield return finding;
        foreach (string finding in FindInReferences()) yield return finding;
    }

    private IEnumerable<string> Find(Invariant invariant)
    {
        using DbCommand command = _database.Snapshot.Query(invariant.Sql);
        using DbDataReader row = command.ExecuteReader();
        long count = 0;
        while (row.Read())
        {
            if (++count <= NamedMax) yield return $"{invariant.Name}: {Describe(row)}";
        }
        if (count > NamedMax) yield return $"{invariant.Name}: {count - NamedMax} more";
    }

    /// <summary>What the engine would be given: topics, filters, properties, subscription identifiers.</summary>
    private async IAsyncEnumerable<string> FindInFactsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StoredState state = store.ReadState();
        await foreach (SubscriptionPut put in state.ReadSubscriptionsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!rules.IsTopicFilter(put.Filter))
                yield return $"subscription of {put.ClientId}: \"{put.Filter}\" is no topic filter";
        }
        await foreach (WillPut will in state.ReadWillsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (WrongIn(will.Message) is { } wrong) yield return $"will of {will.ClientId}: {wrong}";
        }
        await foreach (StoredMessage message in state.ReadRetainedAsync(cancellationToken).ConfigureAwait(false))
        {
            if (WrongIn(message) is { } wrong) yield return $"retained message: {wrong}";
        }
        await foreach (BanPut ban in state.ReadBansAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!rules.IsBan(ban.Kind, ban.Who)) yield return $"ban: nobody can be banned as {ban.Kind} \"{ban.Who}\"";
        }
        StoredMessage? last = null;
        await foreach (StoredDelivery delivery in state.ReadDeliveriesByMessageAsync(cancellationToken).ConfigureAwait(false))
        {
            DeliveryQueued queued = delivery.Queued;
            if (queued.SubscriptionIds.Any(id => id is < 1 or > 268_435_455))
                yield return $"delivery {queued.Sequence} of {queued.ClientId}: a subscription identifier is out of its range";
            if (queued.Message == last) continue;
            last = queued.Message;
            if (WrongIn(last) is { } wrong) yield return $"message for {queued.ClientId}: {wrong}";
        }
    }

    private string? WrongIn(StoredMessage message)
    {
        if (!rules.IsTopicName(message.Topic)) return $"\"{message.Topic}\" is no topic name";
        return rules.AreProperties(message.Properties) ? null : $"\"{message.Topic}\" has properties that are none of a message";
    }

    /// <summary>What a broker counts when it starts, against the rows themselves, each looked at alone.</summary>
    private async IAsyncEnumerable<string> FindInCountsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Dictionary<long, long> bytes = Pairs("SELECT id, length(payload) FROM message");
        Dictionary<string, SessionCounts> counted = Count(bytes);
        await foreach (StoredSession session in store.ReadState().ReadSessionsAsync(cancellationToken).ConfigureAwait(false))
        {
            SessionCounts rows = counted.GetValueOrDefault(session.ClientId);
            SessionCounts loaded = new(
                session.QueuedCount, session.QueuedSentCount, session.QueuedBytes, session.LastSequence);
            // A connected owner may have been sent everything; memory is not told what it was.
            if (session.AwayAt is null) loaded = loaded with { Sent = rows.Sent };
            if (loaded with { Last = rows.Last } != rows)
                yield return $"session {session.ClientId}: {loaded} would be loaded, {rows} are there";
            if (session.LastSequence < rows.Last)
                yield return $"session {session.ClientId}: would go on from {session.LastSequence}, but {rows.Last} is there";
        }
    }

    private Dictionary<string, SessionCounts> Count(Dictionary<long, long> bytes)
    {
        Dictionary<string, SessionCounts> counted = new(StringComparer.Ordinal);
        using DbCommand command = _database.Snapshot.Query(
            "SELECT s.client_id, d.sequence, d.message_id, s.sent_sequence FROM delivery d "
            + "JOIN session s ON s.id = d.session_id");
        using DbDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            string clientId = row.GetString(0);
            long sequence = row.GetInt64(1);
            SessionCounts counts = counted.GetValueOrDefault(clientId);
            counted[clientId] = new SessionCounts(
                counts.Count + 1,
                counts.Sent + (row.NumberOrNull(3) is { } sent && sequence <= sent ? 1 : 0),
                counts.Bytes + bytes.GetValueOrDefault(row.GetInt64(2)),
                Math.Max(counts.Last, sequence));
        }
        return counted;
    }

    /// <summary>How often a message is referred to, as the writer counts it at the start, against the rows.</summary>
    private IEnumerable<string> FindInReferences()
    {
        Dictionary<long, int> loaded = IndexReading.ReadShared(_database.Snapshot);
        Dictionary<long, long> counted = [];
        using DbCommand command = _database.Snapshot.Query("SELECT message_id FROM delivery");
        using DbDataReader row = command.ExecuteReader();
        while (row.Read()) counted[row.GetInt64(0)] = counted.GetValueOrDefault(row.GetInt64(0)) + 1;
        foreach ((long id, long count) in counted)
        {
            if (loaded.GetValueOrDefault(id, 1) != count)
                yield return $"message {id}: {loaded.GetValueOrDefault(id, 1)} deliveries would be loaded, {count} are there";
        }
    }

    private Dictionary<long, long> Pairs(string sql)
    {
        Dictionary<long, long> pairs = [];
        using DbCommand command = _database.Snapshot.Query(sql);
        using DbDataReader row = command.ExecuteReader();
        while (row.Read()) pairs[row.GetInt64(0)] = row.GetInt64(1);
        return pairs;
    }

    private static string Describe(DbDataReader row) =>
        string.Join(", ", Enumerable.Range(0, row.FieldCount).Select(column => $"{row.GetName(column)} {Text(row, column)}"));

    private static string Text(DbDataReader row, int column) =>
        row.IsDBNull(column) ? "null" : Convert.ToString(row.GetValue(column), CultureInfo.InvariantCulture)!;

    private readonly record struct SessionCounts(long Count, long Sent, long Bytes, long Last)
    {
        public override string ToString() => $"{Count} messages, {Sent} of them sent, with {Bytes} bytes";
    }
}
