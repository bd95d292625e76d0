using Broker.Persistence.Ef;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Broker.Persistence.Postgres;

/// <summary>Brings the tables of a schema up to date.</summary>
internal static class PostgresSchema
{
    // Other programs may have tables here, as long as they are called otherwise.
    private static readonly string Names =
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        + $"WHERE n.nspname = current_schema() AND c.relname IN ('{string.Join("', '", SchemaVersions.Names)}')";

    // The key of a lock that is held until the transaction ends: two that migrate come one after the other.
    private const string MigrationLock = "SELECT pg_advisory_xact_lock(5571871519317706337)";

    /// <summary>Looks, and migrates if need be, in one transaction that shuts out whoever wants to do the same.</summary>
    /// <exception cref="NpgsqlException">The server is out of reach, or the role may not.</exception>
    public static SchemaState Prepare(NpgsqlConnection connection)
    {
        if (Look(connection, out _) is var state && state != SchemaState.Older) return state;
        using NpgsqlTransaction transaction = connection.BeginTransaction();
        PostgresConnections.Execute(connection, MigrationLock, PostgresConnections.LongSeconds);
        state = Look(connection, out string? last);
        if (state != SchemaState.Older) return state;
        using StateContext context = new(new DbContextOptionsBuilder<StateContext>().UseNpgsql(connection).Options);
        PostgresConnections.Execute(connection, SchemaVersions.Script(context, last), PostgresConnections.LongSeconds);
        transaction.Commit();
        return SchemaState.Current;
    }

    /// <summary>Looks and changes nothing.</summary>
    public static SchemaState Look(NpgsqlConnection connection, out string? last) =>
        SchemaHistory.Look(connection, SchemaHistory.Read(connection, Names), out last);
}
