using System.Collections.Immutable;

namespace Broker.Configuration;

/// <summary>Who may connect on a listener.</summary>
internal sealed record ListenerSecurityOptions
{
    /// <summary><c>allow_anonymous</c>, <c>listener_allow_anonymous</c>. Default false; true in local-only mode.</summary>
    public bool AllowAnonymous { get; init; }

    /// <summary><c>password_file</c>. Path, or null: no names are known.</summary>
    public string? PasswordFile { get; init; }

    /// <summary><c>allow_zero_length_clientid</c>. Default true.</summary>
    public bool AllowZeroLengthClientId { get; init; } = true;

    /// <summary>
    /// <c>auto_id_prefix</c>, <c>listener_auto_id_prefix</c>. Prefix of generated client ids. Default <c>auto-</c>.
    /// </summary>
    public string AutoIdPrefix { get; init; } = "auto-";

    /// <summary><c>clientid_prefixes</c>. Only client ids with one of these prefixes; empty: any.</summary>
    public ImmutableArray<string> ClientIdPrefixes { get; init; } = [];
}
