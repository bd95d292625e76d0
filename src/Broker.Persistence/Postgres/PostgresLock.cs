using Npgsql;

namespace Broker.Persistence.Postgres;

/// <summary>
/// One broker has a store open: the tickets, keys and counts are in its memory. The lock belongs to the connection for writing
/// and goes with it; a server keeps the connection of a broker that died until it notices.
/// </summary>
internal static class PostgresLock
{
    /// <summary>The high half of the key; the low half says which schema of the database.</summary>
    private const long Mark = 0x4D515454;

    private const string LockNotAvailable = "55P03";

    /// <summary>Long enough for a server process to notice that its client, the broker before this one, is gone.</summary>
    private const int WaitMillisecondsMax = 3000;

    private const string HolderSql =
        """
        SELECT a.pid, coalesce(host(a.client_addr), 'the server''s own machine'), coalesce(a.application_name, '')
        FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND a.datname = current_database()
          AND l.classid::bigint = $1 >> 32 AND l.objid::bigint = $1 & 4294967295
        """;

    /// <summary>Takes the lock, waiting a moment for a holder that is going away.</summary>
    /// <returns>Null when it is taken; otherwise who has it, for a sentence.</returns>
    public static string? Take(NpgsqlConnection connection, PostgresLocation location)
    {
        long key = KeyOf(connection);
        // Less than what the client itself waits for an answer.
        int wait = Math.Min(WaitMillisecondsMax, location.CommandSeconds * 500);
        PostgresConnections.Execute(connection, $"SET lock_timeout = {wait}");
        try
        {
            using NpgsqlCommand command = PostgresConnections.Command(connection, "SELECT pg_advisory_lock($1)");
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = key });
            command.ExecuteNonQuery();
        }
        catch (PostgresException exception) when (exception.SqlState == LockNotAvailable)
        {
            return Holder(connection, key) ?? "a connection that the server does not show to this role";
        }
        PostgresConnections.Execute(connection, "SET lock_timeout = 0");
        return null;
    }

    /// <summary>Who has it; null: nobody, or a connection that the server does not show to this role.</summary>
    public static string? FindHolder(NpgsqlConnection connection) => Holder(connection, KeyOf(connection));

    private static long KeyOf(NpgsqlConnection connection)
    {
        using NpgsqlCommand command = PostgresConnections.Command(
            connection, "SELECT oid::bigint FROM pg_namespace WHERE nspname = current_schema()");
        object schema = command.ExecuteScalar() ?? throw new PostgresSchemaMissingException();
        return (Mark << 32) | (long)schema;
    }

    private static string? Holder(NpgsqlConnection connection, long key)
    {
        using NpgsqlCommand command = PostgresConnections.Command(connection, HolderSql);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = key });
        using NpgsqlDataReader row = command.ExecuteReader();
        return row.Read()
            ? $"server process {row.GetInt32(0)}, connected from {row.GetString(1)} as \"{row.GetString(2)}\""
            : null;
    }
}

/// <summary>There is no schema that tables could be in.</summary>
internal sealed class PostgresSchemaMissingException() : IOException("The schema for the tables does not exist.");
