using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Broker.Configuration.Mosquitto;

/// <summary>Every directive that mosquitto 2.1 knows, each in one row; what is not here is an unknown directive.</summary>
internal static class DirectiveTable
{
    /// <summary>The rows, ordered by name.</summary>
    public static readonly ImmutableArray<Directive> Rows =
    [
        .. new[]
        {
            ListenerDirectives.Rows, ProxyDirectives.Rows, AnswerDirectives.Rows, TlsDirectives.Rows, SecurityDirectives.Rows,
            JwtDirectives.Rows, HttpAuthDirectives.Rows,
            LimitDirectives.Rows, PeerLimitDirectives.Rows, BanDirectives.Rows, LoggingDirectives.Rows, ProcessDirectives.Rows,
            PersistenceDirectives.Rows, PluginDirectives.Rows, AdminDirectives.Rows,
            BridgeDirectives.Rows, BridgeTlsDirectives.Rows,
        }.SelectMany(rows => rows).OrderBy(row => row.Name, StringComparer.Ordinal),
    ];

    private static readonly FrozenDictionary<string, Directive> ByName =
        Rows.SelectMany(row => row.Names, (row, name) => (Row: row, Name: name))
            .ToFrozenDictionary(pair => pair.Name, pair => pair.Row, StringComparer.Ordinal);

    private static readonly ImmutableArray<(string Prefix, Directive Row)> ByPrefix =
        [.. ByName.Where(pair => pair.Key.EndsWith('*')).Select(pair => (pair.Key[..^1], pair.Value))];

    /// <summary>Every spelling but the open-ended ones.</summary>
    public static IEnumerable<string> Names => ByName.Keys.Where(name => !name.EndsWith('*'));

    /// <summary>The row of a name as it stands in a file (case counts), or null.</summary>
    public static Directive? Find(string name)
    {
        if (ByName.TryGetValue(name, out Directive? row) && !name.EndsWith('*')) return row;
        foreach ((string prefix, Directive open) in ByPrefix)
            if (name.StartsWith(prefix, StringComparison.Ordinal)) return open;
        return null;
    }
}
