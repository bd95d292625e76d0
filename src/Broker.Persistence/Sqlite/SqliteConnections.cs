using Microsoft.Data.Sqlite;

namespace Broker.Persistence.Sqlite;

/// <summary>How connections to one file are made.</summary>
internal static class SqliteConnections
{
    private const int BusyMilliseconds = 1000;

    /// <summary>A connection that commits to the disk before it says so.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isNew">Whether it may be made; a store that is open does not make a file that somebody took away.</param>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public static SqliteConnection OpenForWriting(string path, bool isNew = false)
    {
        SqliteConnection connection = Open(path, isNew ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite);
        try
        {
            Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;");
            return connection;
        }
        catch (SqliteException)
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A connection that sees with each statement what is committed.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public static SqliteConnection OpenForReading(string path)
    {
        SqliteConnection connection = Open(path, SqliteOpenMode.ReadWrite);
        try
        {
            Execute(connection, "PRAGMA query_only = ON;");
            return connection;
        }
        catch (SqliteException)
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A connection that sees the file as it is at this moment until it is closed.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public static SqliteConnection OpenSnapshot(string path)
    {
        SqliteConnection connection = Open(path, SqliteOpenMode.ReadWrite);
        try
        {
            // A snapshot begins with the first reading, not with BEGIN.
            Execute(connection, "PRAGMA query_only = ON; BEGIN; SELECT ticket FROM store_state;");
            return connection;
        }
        catch (SqliteException)
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A snapshot of a file that may be anybody's: nothing in it is changed, not even the log is written back.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public static SqliteConnection OpenUntouched(string path)
    {
        SqliteConnection connection = Open(path, SqliteOpenMode.ReadOnly);
        try
        {
            Execute(connection, "BEGIN; SELECT count(*) FROM sqlite_master;");
            return connection;
        }
        catch (SqliteException)
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs statements that answer nothing.</summary>
    public static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = Command(connection, sql);
        command.ExecuteNonQuery();
    }

    /// <summary>A command; its text is never made of what a client sent.</summary>
    public static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants, and the migrations' script.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        SqliteConnectionStringBuilder settings = new()
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = BusyMilliseconds / 1000,
        };
        SqliteConnection connection = new(settings.ToString());
        try
        {
            connection.Open();
            _ = SQLitePCL.raw.sqlite3_busy_timeout(connection.Handle!, BusyMilliseconds);
            return connection;
        }
        catch (SqliteException)
        {
            connection.Dispose();
            throw;
        }
    }
}
