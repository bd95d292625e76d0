using System.Text.RegularExpressions;
using Broker.Persistence.Postgres;

namespace Broker.Persistence;

/// <summary>What a location of a store names: a file, a database of PostgreSQL, or nothing.</summary>
internal readonly partial record struct StoreAddress
{
    private const string SqliteScheme = "sqlite:";
    private const string Mend = "write sqlite:///path/broker.db or postgres://user:password@host/database";

    /// <summary>The full path of the file; null: it is not one.</summary>
    public string? SqlitePath { get; private init; }

    /// <summary>The database; null: it is not one.</summary>
    public PostgresLocation? Postgres { get; private init; }

    /// <summary>Why it is neither; null: it is one of them.</summary>
    public StoreTrouble? Trouble { get; private init; }

    public static StoreAddress Parse(string location)
    {
        if (PostgresLocation.IsOne(location))
        {
            return PostgresLocation.TryParse(location, out PostgresLocation? postgres, out string? fault)
                ? new StoreAddress { Postgres = postgres }
                : Bad(
                    $"The location of the store is not one of PostgreSQL: {fault}. "
                    + "Write postgres://user:password@host:5432/database.");
        }
        if (!location.StartsWith(SqliteScheme, StringComparison.OrdinalIgnoreCase))
        {
            return location.Length == 0 || location.Contains("://", StringComparison.Ordinal)
                ? Bad($"\"{Shown(location)}\" is not the location of a store; {Mend}")
                : new StoreAddress { SqlitePath = Path.GetFullPath(location) };
        }
        string path = location[SqliteScheme.Length..];
        if (path.StartsWith("//", StringComparison.Ordinal)) path = path[2..];
        bool isPath = path.Length > 0 && !path.StartsWith("//", StringComparison.Ordinal)
            && !path.Contains('?', StringComparison.Ordinal);
        return isPath
            ? new StoreAddress { SqlitePath = Path.GetFullPath(path) }
            : Bad($"\"{Shown(location)}\" is not the location of a store; write sqlite:///absolute/path/broker.db");
    }

    /// <summary>A location as it may be shown to anybody: without what is, or may be, a password.</summary>
    public static string Shown(string location)
    {
        string shown = UserInfo().Replace(location, match => $"{match.Groups["user"]}:***@");
        return Secret().Replace(shown, "$1***");
    }

    private static StoreAddress Bad(string sentence) =>
        new() { Trouble = new StoreTrouble(StoreTroubleKind.BadLocation, sentence) };

    // Up to the last "@": a password with one in it should have been encoded, but is one all the same.
    [GeneratedRegex(@"(?<=^[A-Za-z][\w+.-]*:(//)?)(?<user>[^:/?#@]*):.*@")]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"(?i)([?&](?:\w*password)=)[^&]*")]
    private static partial Regex Secret();
}
