using Npgsql;

namespace Broker.Persistence.Postgres;

/// <summary>How connections to one database are made.</summary>
internal static class PostgresConnections
{
    /// <summary>Reading or bringing up to date a whole database takes as long as it takes.</summary>
    public const int LongSeconds = 3600;

    // Settings of the session, where this server has them: a role may set each of them for itself.
    //  - A commit is on the disk before it is answered; a server that waits for its standbys besides may go on doing so.
    //  - A server process notices that its client is gone although it is busy or the line was cut, and gives up its locks.
    //  - What a database sets for people (time limits, read-only, stricter isolation) is not for the store.
    private const string SessionSettings =
        """
        SELECT set_config(wanted.name, wanted.setting, false) FROM (VALUES
          ('synchronous_commit',
            CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END),
          ('client_connection_check_interval', '1s'),
          ('tcp_keepalives_idle', '10'), ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3'),
          ('tcp_user_timeout', '30s'), ('idle_session_timeout', '0'), ('statement_timeout', '0'),
          ('idle_in_transaction_session_timeout', '0'), ('default_transaction_isolation', 'read committed'), ('jit', 'off'),
          ('default_transaction_read_only', 'off')
        ) AS wanted (name, setting) WHERE wanted.name IN (SELECT name FROM pg_settings)
        """;

    // Rows are found by their keys only: the size that a table had when it was last looked at says nothing.
    private const string KeyLookups =
        "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_bitmapscan = off";

    /// <summary>Undoes it for one transaction, which has to read a whole table.</summary>
    public const string WholeTables =
        "SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on; "
        + "SET LOCAL enable_bitmapscan = on";

    /// <summary>A connection that commits to the disk before it says so.</summary>
    /// <exception cref="NpgsqlException">It cannot be opened.</exception>
    public static NpgsqlConnection OpenForWriting(PostgresLocation location) => Open(location, SessionSettings, KeyLookups);

    /// <summary>A connection that sees with each statement what is committed.</summary>
    /// <exception cref="NpgsqlException">It cannot be opened.</exception>
    public static NpgsqlConnection OpenForReading(PostgresLocation location) => Open(
        location, SessionSettings, KeyLookups,
        // A page has a plan of its own, made for the table as it is now: a page costs far more than its plan.
        "SET plan_cache_mode = force_custom_plan; SET default_transaction_read_only = on");

    /// <summary>A connection that sees the database as it is at this moment until it is closed.</summary>
    /// <exception cref="NpgsqlException">It cannot be opened.</exception>
    public static async ValueTask<NpgsqlConnection> OpenSnapshotAsync(
        PostgresLocation location, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = location.NewLongConnection();
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            // A snapshot begins with the first reading, not with BEGIN.
            NpgsqlCommand command = Command(
                connection,
                "SET idle_in_transaction_session_timeout = 0; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
                + "SELECT ticket FROM store_state");
            await using (command.ConfigureAwait(false))
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs statements that answer nothing.</summary>
    public static void Execute(NpgsqlConnection connection, string sql, int? seconds = null)
    {
        using NpgsqlCommand command = Command(connection, sql);
        if (seconds is { } limit) command.CommandTimeout = limit;
        command.ExecuteNonQuery();
    }

    /// <summary>A command; its text is never made of what a client sent.</summary>
    public static NpgsqlCommand Command(NpgsqlConnection connection, string sql)
    {
        NpgsqlCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants, and the migrations' script.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    private static NpgsqlConnection Open(PostgresLocation location, params ReadOnlySpan<string> settings)
    {
        NpgsqlConnection connection = location.NewConnection();
        try
        {
            connection.Open();
            foreach (string setting in settings) Execute(connection, setting);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
