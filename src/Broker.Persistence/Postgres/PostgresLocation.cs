using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Npgsql;

namespace Broker.Persistence.Postgres;

/// <summary>
/// Which database, as an operator writes it: <c>postgres://user:password@host:port/database?sslmode=require</c>.
/// </summary>
internal sealed class PostgresLocation
{
    private static readonly string[] Schemes = ["postgres:", "postgresql:"];

    private const string Encoding =
        "\"@\", \":\", \"/\", \"?\" and \"%\" in a user name, a password or a value are written %40, %3A, %2F, %3F and %25";

    private readonly string _connectionString;

    private PostgresLocation(NpgsqlConnectionStringBuilder settings)
    {
        _connectionString = settings.ConnectionString;
        Database = settings.Database!;
        User = settings.Username!;
        Host = settings.Host!;
        Server = $"{settings.Host}:{settings.Port}";
        HasSchema = settings.SearchPath is not null;
        CommandSeconds = settings.CommandTimeout;
    }

    /// <summary>Name of the database.</summary>
    public string Database { get; }

    /// <summary>Name of the role.</summary>
    public string User { get; }

    /// <summary>Host, or folder of the socket.</summary>
    public string Host { get; }

    /// <summary>Host, or folder of the socket, and port.</summary>
    public string Server { get; }

    /// <summary>Whether the operator named a schema.</summary>
    public bool HasSchema { get; }

    /// <summary>How long a command may take before the server counts as gone.</summary>
    public int CommandSeconds { get; }

    /// <summary>For sentences: everything but the password.</summary>
    public string Name => $"PostgreSQL database \"{Database}\" at {Server}";

    public static bool IsOne(string location) =>
        Array.Exists(Schemes, scheme => location.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <summary>A connection that is not open yet.</summary>
    public NpgsqlConnection NewConnection() => new(_connectionString);

    /// <summary>The same for commands that read everything.</summary>
    public NpgsqlConnection NewLongConnection() =>
        new(new NpgsqlConnectionStringBuilder(_connectionString) { CommandTimeout = PostgresConnections.LongSeconds }.ToString());

    /// <summary>Reads a location.</summary>
    /// <param name="text">The location.</param>
    /// <param name="location">The same, understood.</param>
    /// <param name="fault">What is wrong with it, as the end of a sentence; nothing of a password is in it.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out PostgresLocation? location, [NotNullWhen(false)] out string? fault)
    {
        location = null;
        string rest = text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..];
        if (!rest.StartsWith("//", StringComparison.Ordinal))
        {
            fault = "two slashes are missing";
            return false;
        }
        NpgsqlConnectionStringBuilder settings = PostgresParameters.Defaults();
        string[] parts = rest[2..].Split('?', 2);
        fault = ReadAddress(parts[0], settings) ?? (parts.Length == 2 ? ReadQuery(parts[1], settings) : null);
        if (fault is not null) return false;
        settings.Host ??= "localhost";
        settings.Username ??= Environment.UserName;
        settings.Database ??= settings.Username;
        location = new PostgresLocation(settings);
        return true;
    }

    /// <summary>Reads <c>[user[:password]@][host][:port][/database]</c>.</summary>
    private static string? ReadAddress(string text, NpgsqlConnectionStringBuilder settings)
    {
        int at = text.LastIndexOf('@');
        string[] address = text[(at + 1)..].Split('/', 2);
        if (at >= 0)
        {
            string[] user = text[..at].Split(':', 2);
            if (user[0].Length > 0) settings.Username = Uri.UnescapeDataString(user[0]);
            if (user.Length == 2) settings.Password = Uri.UnescapeDataString(user[1]);
        }
        if (address.Length == 2 && address[1].Length > 0) settings.Database = Uri.UnescapeDataString(address[1]);
        return ReadHost(address[0], settings);
    }

    private static string? ReadHost(string text, NpgsqlConnectionStringBuilder settings)
    {
        if (text.Contains(',', StringComparison.Ordinal)) return "one host has to be named, not several";
        // An IPv6 address stands in brackets, as it has colons of its own.
        int end = text.StartsWith('[')
            ? text.IndexOf(']', StringComparison.Ordinal) + 1
            : text.IndexOf(':', StringComparison.Ordinal);
        string host = end < 0 ? text : text[..end];
        string port = end < 0 ? "" : text[end..];
        if (host.Length > 0) settings.Host = Uri.UnescapeDataString(host.Trim('[', ']'));
        if (port.Length == 0) return null;
        if (port[0] == ':' && int.TryParse(port[1..], CultureInfo.InvariantCulture, out int number) && number is > 0 and < 65536)
        {
            settings.Port = number;
            return null;
        }
        return "behind the host comes a port from 1 to 65535; " + Encoding;
    }

    private static string? ReadQuery(string text, NpgsqlConnectionStringBuilder settings)
    {
        // What looks like a parameter may be the end of a password with a "?" in it, and is not repeated.
        if (text.Contains('@', StringComparison.Ordinal)) return Encoding;
        foreach (string pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            string name = Uri.UnescapeDataString(parts[0]);
            string value = parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "";
            if (PostgresParameters.Set(name, value, settings) is { } fault) return fault;
        }
        return null;
    }
}
