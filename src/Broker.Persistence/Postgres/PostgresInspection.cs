using System.Data.Common;
using Broker.Persistence.Ef;
using Broker.Persistence.Inspection;
using Npgsql;

namespace Broker.Persistence.Postgres;

/// <summary>Looks at the tables of one schema of a database.</summary>
internal sealed class PostgresInspection : IInspectedDatabase
{
    private const string SizesSql =
        """
        SELECT coalesce(sum(pg_table_size(c.oid)), 0)::bigint, coalesce(sum(pg_indexes_size(c.oid)), 0)::bigint FROM pg_class c
        WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relkind = 'r'
          AND c.relname IN (
        """;

    private readonly NpgsqlConnection _connection;

    private PostgresInspection(PostgresLocation location, NpgsqlConnection connection)
    {
        Name = location.Name;
        _connection = connection;
        Holder = PostgresLock.FindHolder(connection) ?? "";
        Schema = PostgresSchema.Look(connection, out string? last);
        SchemaVersion = last;
    }

    public string Name { get; }

    public string Provider => $"PostgreSQL {_connection.ServerVersion}";

    public DbConnection Snapshot => _connection;

    public SchemaState Schema { get; }

    public string? SchemaVersion { get; }

    public string? Holder { get; }

    public bool RemovesMessagesLate => true;

    public static PostgresInspection? Open(PostgresLocation location, out StoreTrouble? trouble)
    {
        trouble = null;
        NpgsqlConnection? connection = null;
        try
        {
            connection = location.NewLongConnection();
            connection.Open();
            PostgresConnections.Execute(
                connection, "SET idle_in_transaction_session_timeout = 0; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            PostgresInspection inspection = new(location, connection);
            connection = null;
            return inspection;
        }
        catch (Exception exception)
            when (exception is DbException or IOException or TimeoutException or UnauthorizedAccessException)
        {
            trouble = PostgresFailure.Trouble(location, exception);
            return null;
        }
        finally
        {
            connection?.Dispose();
        }
    }

    public IReadOnlyList<StoreSize> ReadSizes() => ReadSizes(_connection);

    public IReadOnlyList<string> FindDamage() => [];

    public void Dispose() => _connection.Dispose();

    /// <summary>What the tables take that a connection sees.</summary>
    public static IReadOnlyList<StoreSize> ReadSizes(NpgsqlConnection connection)
    {
        using NpgsqlCommand command = PostgresConnections.Command(
            connection, $"{SizesSql}'{string.Join("', '", SchemaVersions.Names)}')");
        using NpgsqlDataReader row = command.ExecuteReader();
        row.Read();
        return [new StoreSize("tables", row.GetInt64(0)), new StoreSize("indexes", row.GetInt64(1))];
    }
}
