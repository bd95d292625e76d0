using Broker.Persistence.Ef;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Broker.Persistence.Sqlite;

/// <summary>What a file has of our tables.</summary>
internal enum SchemaState
{
    /// <summary>All of them.</summary>
    Current,
    /// <summary>None or older ones.</summary>
    Older,
    /// <summary>Ones that this release does not know.</summary>
    Newer,
    /// <summary>Tables of another program.</summary>
    Foreign,
}

/// <summary>Brings the tables of a file up to date.</summary>
internal static class SqliteSchema
{
    /// <summary>Looks, and migrates if need be, in one transaction that shuts out whoever wants to do the same.</summary>
    /// <exception cref="SqliteException">The file cannot be read or written, or another process is at it for too
    /// long.</exception>
    public static SchemaState Prepare(SqliteConnection connection)
    {
        if (Look(connection, out _) is var state && state != SchemaState.Older) return state;
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        state = Look(connection, out string? last);
        if (state != SchemaState.Older) return state;
        using StateContext context = new(new DbContextOptionsBuilder<StateContext>().UseSqlite(connection).Options);
        SqliteConnections.Execute(connection, SchemaVersions.Script(context, last));
        transaction.Commit();
        return SchemaState.Current;
    }

    private static SchemaState Look(SqliteConnection connection, out string? last)
    {
        last = null;
        List<string> tables = Read(
            connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
        if (tables.Count == 0) return SchemaState.Older;
        if (!tables.Contains(SchemaVersions.HistoryTable) || !tables.Contains("store_state")) return SchemaState.Foreign;
        List<string> applied = Read(connection, $"SELECT \"MigrationId\" FROM \"{SchemaVersions.HistoryTable}\" ORDER BY 1");
        if (applied.Exists(id => !SchemaVersions.All.Contains(id))) return SchemaState.Newer;
        last = applied.Count == 0 ? null : applied[^1];
        return applied.Count == SchemaVersions.All.Count ? SchemaState.Current : SchemaState.Older;
    }

    private static List<string> Read(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = SqliteConnections.Command(connection, sql);
        using SqliteDataReader reader = command.ExecuteReader();
        List<string> values = [];
        while (reader.Read()) values.Add(reader.GetString(0));
        return values;
    }
}
