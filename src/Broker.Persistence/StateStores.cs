using Broker.Persistence.Sqlite;

namespace Broker.Persistence;

/// <summary>Opens the store that a location names.</summary>
public static class StateStores
{
    private const string SqliteScheme = "sqlite:";

    /// <summary>
    /// Opens a store, brings its tables up to date, and sweeps what a crash left without owner. Blocks while it does.
    /// </summary>
    /// <returns>The store, or why there is none: nothing is thrown for a file that is missing, locked, damaged or too
    /// new.</returns>
    public static StoreOpening Open(StoreOptions options)
    {
        string location = options.Location;
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
            return Bad(location, "a store is a file: sqlite:///path/broker.db");
        return location.Length == 0 ? Bad(location, "write sqlite:///path/broker.db") : SqliteOpening.Open(location, options);
    }

    private static StoreOpening Bad(string location, string mend) =>
        new(new StoreTrouble(StoreTroubleKind.BadLocation, $"\"{location}\" is not the location of a store; {mend}"));
}
