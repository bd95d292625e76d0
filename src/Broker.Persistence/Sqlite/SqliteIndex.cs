using Broker.Persistence.GroupCommit;
using Broker.Persistence.Loading;
using Microsoft.Data.Sqlite;

namespace Broker.Persistence.Sqlite;

/// <summary>Reads what the writer has to know, after sweeping what nothing refers to.</summary>
internal static class SqliteIndex
{
    public static StoredIndex Read(SqliteConnection connection)
    {
        SqliteConnections.Execute(connection, "DELETE FROM message WHERE id NOT IN (SELECT message_id FROM delivery)");
        return new StoredIndex(
            Number(connection, "SELECT ticket FROM store_state WHERE id = 1"),
            ReadSessions(connection),
            ReadReferences(connection));
    }

    private static SessionTable ReadSessions(SqliteConnection connection)
    {
        SessionTable sessions = new();
        using SqliteCommand command = SqliteConnections.Command(
            connection,
            "SELECT s.id, s.client_id, s.user_name, s.expiry_seconds, s.away_at, s.expires_at, s.last_sequence, "
            + "(SELECT max(d.sequence) FROM delivery d WHERE d.session_id = s.id), "
            + "EXISTS (SELECT 1 FROM will w WHERE w.session_id = s.id), s.sent_sequence FROM session s");
        using SqliteDataReader row = command.ExecuteReader();
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

    private static MessageReferences ReadReferences(SqliteConnection connection)
    {
        Dictionary<long, int> shared = [];
        using SqliteCommand command = SqliteConnections.Command(
            connection, "SELECT message_id, count(*) FROM delivery GROUP BY message_id HAVING count(*) > 1");
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read()) shared.Add(row.GetInt64(0), row.GetInt32(1));
        return new MessageReferences(Number(connection, "SELECT coalesce(max(id), 0) FROM message"), shared);
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = SqliteConnections.Command(connection, sql);
        return (long)command.ExecuteScalar()!;
    }
}
