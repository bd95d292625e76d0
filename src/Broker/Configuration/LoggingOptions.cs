using System.Collections.Immutable;

namespace Broker.Configuration;

/// <summary>Kinds of log lines. mosquitto.conf: <c>log_type</c>.</summary>
[Flags]
internal enum LogTypes
{
    None = 0,
    Debug = 1,
    Information = 2,
    Notice = 4,
    Warning = 8,
    Error = 16,
    Subscribe = 32,
    Unsubscribe = 64,
    WebSockets = 128,
    Internal = 256,
    Default = Error | Warning | Notice | Information,
    All = 511,
}

/// <summary>Where log lines go. mosquitto.conf: <c>log_dest</c>.</summary>
internal enum LogDestinationKind
{
    StandardOut,
    StandardError,
    File,
    Syslog,
}

/// <summary>One destination.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Path">The file of <see cref="LogDestinationKind.File"/>, else null.</param>
internal readonly record struct LogDestination(LogDestinationKind Kind, string? Path = null);

/// <summary>What is logged, how and where.</summary>
internal sealed record LoggingOptions
{
    /// <summary>Empty: nothing is logged (<c>log_dest none</c>). Default standard error.</summary>
    public ImmutableArray<LogDestination> Destinations { get; init; } = [new(LogDestinationKind.StandardError)];

    /// <summary>Which kinds. <c>-v</c> is All, <c>-q</c> is None.</summary>
    public LogTypes Types { get; init; } = LogTypes.Default;

    /// <summary><c>log_timestamp</c>. Default true: seconds since 1970, a colon and a space before each line.</summary>
    public bool HasTimestamp { get; init; } = true;

    /// <summary><c>log_timestamp_format</c>. strftime text; null: seconds since 1970.</summary>
    public string? TimestampFormat { get; init; }

    /// <summary><c>log_facility</c>. 0 to 7 for local0 to local7; null: daemon.</summary>
    public int? SyslogFacility { get; init; }

    /// <summary><c>connection_messages</c>. Log connects and disconnects. Default true.</summary>
    public bool ConnectionMessages { get; init; } = true;
}
