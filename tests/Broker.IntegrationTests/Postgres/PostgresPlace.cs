using System.Data.Common;
using System.Globalization;
using Broker.Persistence;
using Broker.TestKit.Processes;
using Broker.TestKit.Stores;
using Npgsql;

namespace Broker.IntegrationTests.Postgres;

/// <summary>A store in a database of the test's own.</summary>
internal sealed class PostgresPlace(PostgresServer server, string location) : IStoreUnderTest
{
    public string Location { get; } = location;

    public static async Task<PostgresPlace> NewAsync(PostgresServer server, string query = "") =>
        new(server, await server.CreateDatabaseAsync() + query);

    public DurableStateStore Open(Action<StoreAvailability>? changed = null) => Open(changed, lost: null);

    public DurableStateStore Open(Action<StoreAvailability>? changed, Action<StoreLostException>? lost)
    {
        StoreOpening opening = StateStores.Open(
            new StoreOptions { Location = Location, AvailabilityChanged = changed, Lost = lost });
        Assert.True(opening.IsOpen, opening.Trouble?.Sentence);
        return opening.Store;
    }

    public StoreOpening TryOpen() => StateStores.Open(new StoreOptions { Location = Location });

    public long Number(string sql) => Convert.ToInt64(Scalar(sql), CultureInfo.InvariantCulture);

    public object? Scalar(string sql)
    {
        using NpgsqlConnection connection = Connect();
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public void Execute(string sql) => Scalar(sql);

    /// <summary>A connection of somebody else.</summary>
    public NpgsqlConnection Connect() => server.ConnectAsync(Location).GetAwaiter().GetResult();

    DbConnection IStoreUnderTest.Connect() => Connect();

    public void Dispose()
    {
        // The databases go with the server.
    }
}
