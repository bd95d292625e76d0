using Broker.Persistence.Ef;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Broker.Persistence.Sqlite;

/// <summary>Brings the tables of a file up to date.</summary>
internal static class SqliteSchema
{
    private const string Tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";

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

    /// <summary>A file is one program's: any other table makes it a foreign one.</summary>
    public static SchemaState Look(SqliteConnection connection, out string? last) =>
        SchemaHistory.Look(connection, SchemaHistory.Read(connection, Tables), out last);
}
