using System.Collections.Immutable;

namespace Broker.Configuration.Mosquitto;

/// <summary>What the command line and the environment say beside the file.</summary>
internal sealed record CommandLineOverrides
{
    /// <summary>The environment variable of <see cref="PersistenceUrl"/>.</summary>
    public const string PersistenceUrlVariable = "BROKER_PERSISTENCE_URL";

    /// <summary>The environment variable of <see cref="PersistenceLocation"/>.</summary>
    public const string PersistenceLocationVariable = "MOSQUITTO_PERSISTENCE_LOCATION";

    /// <summary>Nothing was said.</summary>
    public static readonly CommandLineOverrides None = new();

    /// <summary>
    /// <c>-p</c>, each in 1 to 65535. Dropped when the file has a <c>listener</c>, <c>port</c> or <c>bind_address</c>.
    /// </summary>
    public ImmutableArray<int> Ports { get; init; } = [];

    /// <summary><c>-v</c>: every kind of log line, whatever the file says.</summary>
    public bool IsVerbose { get; init; }

    /// <summary><c>-q</c>: no log lines; wins over <c>-v</c>.</summary>
    public bool IsQuiet { get; init; }

    /// <summary><c>--tls-keylog</c>; null: not given.</summary>
    public string? TlsKeyLogFile { get; init; }

    /// <summary><c>MOSQUITTO_PERSISTENCE_LOCATION</c>: replaces <c>persistence_location</c>; null: not set.</summary>
    public string? PersistenceLocation { get; init; }

    /// <summary><c>BROKER_PERSISTENCE_URL</c>: replaces <c>persistence_url</c>; null: not set.</summary>
    public string? PersistenceUrl { get; init; }
}
