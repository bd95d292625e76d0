using System.Collections.Immutable;

namespace Broker.Cli;

/// <summary>What the flags of <c>run</c>, which are mosquitto's, ask for.</summary>
internal sealed record RunArguments
{
    /// <summary><c>-c</c>; null: none.</summary>
    public string? ConfigFile { get; init; }

    /// <summary><c>-p</c>, in order.</summary>
    public ImmutableArray<int> Ports { get; init; } = [];

    /// <summary><c>-d</c>: go on in the background.</summary>
    public bool IsDaemon { get; init; }

    /// <summary><c>-v</c>: log everything.</summary>
    public bool IsVerbose { get; init; }

    /// <summary><c>-q</c>: log nothing; wins over <c>-v</c>.</summary>
    public bool IsQuiet { get; init; }

    /// <summary><c>--tls-keylog</c>: full path of the file for TLS secrets; null: none.</summary>
    public string? TlsKeyLogFile { get; init; }

    /// <summary><c>--test-config</c>: read the file, say what is wrong with it, end.</summary>
    public bool IsTest { get; init; }
}
