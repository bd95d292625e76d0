using System.Data.Common;
using Broker.Persistence.Ef;
using Broker.Persistence.GroupCommit;
using Broker.Persistence.Transfer;
using Npgsql;

namespace Broker.Persistence.Postgres;

/// <summary>Opens a database as a store; every way in which that can fail is a sentence.</summary>
internal static class PostgresOpening
{
    public static StoreOpening Open(PostgresLocation location, StoreOptions options)
    {
        PostgresDatabase? database = null;
        try
        {
            database = new PostgresDatabase(location);
            if (database.Start(connection => Prepare(location, connection, options), out StoredIndex? index) is { } trouble)
                return new StoreOpening(trouble);
            DurableStateStore store = new(database, index!, options);
            database = null;
            return new StoreOpening(store);
        }
        catch (Exception exception)
            when (exception is DbException or IOException or TimeoutException or UnauthorizedAccessException)
        {
            return new StoreOpening(PostgresFailure.Trouble(location, exception));
        }
        finally
        {
            database?.Dispose();
        }
    }

    private static StoreTrouble? Prepare(PostgresLocation location, NpgsqlConnection connection, StoreOptions options)
    {
        if (SchemaHistory.Read(connection, "SHOW server_encoding")[0] is var encoding && encoding != "UTF8")
        {
            return new StoreTrouble(
                StoreTroubleKind.Foreign,
                $"{location.Name} has the encoding {encoding}, which cannot hold every topic; create one with ENCODING 'UTF8'.");
        }
        return PostgresSchema.Prepare(connection) switch
        {
            SchemaState.Newer => new StoreTrouble(
                StoreTroubleKind.Newer,
                $"{location.Name} was written by a newer release; start that one, or name another database."),
            SchemaState.Foreign => new StoreTrouble(
                StoreTroubleKind.Foreign,
                $"{location.Name} has tables of another program with the names of ours; name another database, or a schema of "
                + "its own with ?schema=NAME."),
            _ => ImportMark.Prepare(connection, options.IsImport, location.Name),
        };
    }
}
