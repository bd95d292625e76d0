using Broker.Persistence.Postgres;
using Broker.Persistence.Sqlite;

namespace Broker.Persistence;

/// <summary>Opens the store that a location names.</summary>
public static class StateStores
{
    private const string SqliteScheme = "sqlite:";
    private const string Mend = "write sqlite:///path/broker.db or postgres://user:password@host/database";

    /// <summary>
    /// Opens a store, brings its tables up to date, and sweeps what a crash left without owner. Blocks while it does.
    /// </summary>
    /// <returns>The store, or why there is none: nothing is thrown for a file that is missing, locked, damaged or too
    /// new, nor for a server that is out of reach or refuses.</returns>
    public static StoreOpening Open(StoreOptions options)
    {
        string location = options.Location;
        if (PostgresLocation.IsOne(location)) return PostgresOpening.Open(location, options);
        if (location.StartsWith(SqliteScheme, StringComparison.OrdinalIgnoreCase))
        {
            string path = location[SqliteScheme.Length..];
            if (path.StartsWith("//", StringComparison.Ordinal)) path = path[2..];
            bool isPath = path.Length > 0 && !path.StartsWith("//", StringComparison.Ordinal)
                && !path.Contains('?', StringComparison.Ordinal);
            return !isPath
                ? Bad(location, "write sqlite:///absolute/path/broker.db")
                : SqliteOpening.Open(path, options);
        }
        if (location.Contains("://", StringComparison.Ordinal))
            return Bad(location, Mend);
        return location.Length == 0 ? Bad(location, Mend) : SqliteOpening.Open(location, options);
    }

    private static StoreOpening Bad(string location, string mend)
    {
        // Whatever it is the address of, what stands before the "@" may be a password.
        int at = location.LastIndexOf('@');
        string shown = at < 0 ? location : "..." + location[at..];
        return new(new StoreTrouble(StoreTroubleKind.BadLocation, $"\"{shown}\" is not the location of a store; {mend}"));
    }
}
