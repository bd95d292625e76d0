using Broker.Persistence.Postgres;
using Broker.Persistence.Sqlite;

namespace Broker.Persistence;

/// <summary>Opens the store that a location names.</summary>
public static class StateStores
{
    /// <summary>
    /// Opens a store, brings its tables up to date, and sweeps what a crash left without owner. Blocks while it does.
    /// </summary>
    /// <returns>The store, or why there is none: nothing is thrown for a file that is missing, locked, damaged or too
    /// new, nor for a server that is out of reach or refuses.</returns>
    public static StoreOpening Open(StoreOptions options)
    {
        StoreAddress address = StoreAddress.Parse(options.Location);
        if (address.Trouble is { } trouble) return new StoreOpening(trouble);
        return address.Postgres is { } postgres
            ? PostgresOpening.Open(postgres, options)
            : SqliteOpening.Open(address.SqlitePath!, options);
    }

    /// <summary>A location as it may be shown to anybody: without what is, or may be, a password.</summary>
    public static string Shown(string location) => StoreAddress.Shown(location);
}
