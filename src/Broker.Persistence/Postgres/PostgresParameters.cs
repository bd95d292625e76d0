using System.Globalization;
using Npgsql;

namespace Broker.Persistence.Postgres;

/// <summary>What may stand behind the "?" of a location: the names are those of libpq where it has one.</summary>
internal static class PostgresParameters
{
    private const int ConnectSeconds = 5;
    private const int CommandSeconds = 10;
    private const int SecondsMax = 600;

    /// <summary>Statements of the commit path and of page reading, each prepared when it is used for the second time.</summary>
    private const int PreparedStatementsMax = 60;

    private static readonly Dictionary<string, Parameter> All = new(StringComparer.Ordinal)
    {
        ["host"] = new("a host, or the folder of a socket", (settings, value) => settings.Host = value),
        ["port"] = new("a port from 1 to 65535", (settings, value) => settings.Port = Number(value, 65_535)),
        ["user"] = new("a role", (settings, value) => settings.Username = value),
        ["password"] = new("a password", (settings, value) => settings.Password = value),
        ["dbname"] = new("a database", (settings, value) => settings.Database = value),
        ["schema"] = new("a schema", (settings, value) => settings.SearchPath = QuotedName(value)),
        ["application_name"] = new("a name", (settings, value) => settings.ApplicationName = value),
        ["passfile"] = new("a file", (settings, value) => settings.Passfile = value),
        ["sslmode"] = new(
            "disable, allow, prefer, require, verify-ca or verify-full", (settings, value) => settings.SslMode = Mode(value)),
        ["sslrootcert"] = new("a file", (settings, value) => settings.RootCertificate = value),
        ["sslcert"] = new("a file", (settings, value) => settings.SslCertificate = value),
        ["sslkey"] = new("a file", (settings, value) => settings.SslKey = value),
        ["sslpassword"] = new("the password of the key", (settings, value) => settings.SslPassword = value),
        ["connect_timeout"] = new(
            "seconds from 1 to 600", (settings, value) => settings.Timeout = Number(value, SecondsMax)),
        ["command_timeout"] = new(
            "seconds from 1 to 600", (settings, value) => settings.CommandTimeout = Number(value, SecondsMax)),
    };

    /// <summary>How every connection is made; no pool, because each belongs to somebody for its whole life.</summary>
    public static NpgsqlConnectionStringBuilder Defaults() => new()
    {
        Port = 5432,
        Pooling = false,
        Enlist = false,
        Timeout = ConnectSeconds,
        CommandTimeout = CommandSeconds,
        MaxAutoPrepare = PreparedStatementsMax,
        AutoPrepareMinUsages = 2,
        GssEncryptionMode = GssEncryptionMode.Disable,
        // Whoever is refused because of this connection reads it in the log: which broker, where.
        ApplicationName = $"broker {Environment.ProcessId} on {Environment.MachineName}",
    };

    /// <returns>What is wrong, as the end of a sentence; null: nothing.</returns>
    public static string? Set(string name, string value, NpgsqlConnectionStringBuilder settings)
    {
        if (!All.TryGetValue(name, out Parameter? parameter))
            return $"\"{name}\" is not a parameter of it; there are {string.Join(", ", All.Keys)}";
        try
        {
            if (value.Length == 0) return $"{name} needs a value, {parameter.Value}";
            parameter.Set(settings, value);
            return null;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return $"{name} needs another value, {parameter.Value}";
        }
    }

    private static int Number(string value, int max) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= max
            ? number
            : throw new FormatException();

    private static SslMode Mode(string value) => value switch
    {
        "disable" => SslMode.Disable,
        "allow" => SslMode.Allow,
        "prefer" => SslMode.Prefer,
        "require" => SslMode.Require,
        "verify-ca" => SslMode.VerifyCA,
        "verify-full" => SslMode.VerifyFull,
        _ => throw new FormatException(),
    };

    private static string QuotedName(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private sealed record Parameter(string Value, Action<NpgsqlConnectionStringBuilder, string> Set);
}
