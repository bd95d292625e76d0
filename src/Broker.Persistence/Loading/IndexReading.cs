using System.Data.Common;
using System.Globalization;
using Broker.Persistence.GroupCommit;

namespace Broker.Persistence.Loading;

/// <summary>What the writer has to know of a database before it begins; the same words for every database.</summary>
internal static class IndexReading
{
    /// <summary>
    /// Removes what a crash left without owner: messages that no delivery refers to. EXCEPT reads the deliveries once; for NOT IN
    /// PostgreSQL reads them again for each message as soon as they are more than fit into work_mem.
    /// </summary>
    public const string Sweep =
        "DELETE FROM message WHERE id IN (SELECT id FROM message EXCEPT SELECT message_id FROM delivery)";

    private const string Sessions =
        "SELECT s.id, s.client_id, s.user_name, s.expiry_seconds, s.away_at, s.expires_at, s.last_sequence, "
        + "(SELECT max(d.sequence) FROM delivery d WHERE d.session_id = s.id), "
        + "EXISTS (SELECT 1 FROM will w WHERE w.session_id = s.id), s.sent_sequence FROM session s";

    private const string Shared = "SELECT message_id, count(*) FROM delivery GROUP BY message_id HAVING count(*) > 1";

    /// <summary>Reads it all. Nobody may write meanwhile.</summary>
    public static StoredIndex Read(DbConnection connection) => new(
        Number(connection, "SELECT ticket FROM store_state WHERE id = 1"),
        ReadSessions(connection),
        new MessageReferences(Number(connection, "SELECT coalesce(max(id), 0) FROM message"), ReadShared(connection)));

    /// <summary>The message rows with two or more deliveries, and how many they have.</summary>
    public static Dictionary<long, int> ReadShared(DbConnection connection)
    {
        Dictionary<long, int> shared = [];
        using DbCommand command = Command(connection, Shared);
        using DbDataReader row = command.ExecuteReader();
        while (row.Read()) shared.Add(row.GetInt64(0), row.GetInt32(1));
        return shared;
    }

    private static SessionTable ReadSessions(DbConnection connection)
    {
        SessionTable sessions = new();
        using DbCommand command = Command(connection, Sessions);
        using DbDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            sessions.AddStored(new SessionEntry(row.GetInt64(0), row.GetString(1))
            {
                UserName = row.TextOrNull(2),
                ExpirySeconds = row.GetInt64(3),
                AwayAt = row.NumberOrNull(4),
                ExpiresAt = row.NumberOrNull(5),
                LastSequence = Math.Max(row.GetInt64(6), row.NumberOrNull(7) ?? 0),
                HasStoredWill = row.GetBoolean(8),
                SentSequence = row.NumberOrNull(9),
            });
        }
        return sessions;
    }

    private static long Number(DbConnection connection, string sql)
    {
        using DbCommand command = Command(connection, sql);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static DbCommand Command(DbConnection connection, string sql)
    {
        DbCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts are the constants above.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}
