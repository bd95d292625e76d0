using System.Collections.Immutable;

namespace Broker.Configuration;

/// <summary>How names are put into <c>pattern</c> lines. mosquitto.conf: <c>acl_pattern_names</c>, ours.</summary>
internal enum AclNames
{
    /// <summary>
    /// A name with <c>/</c>, or with <c>$</c> at the begin of the topic, gets nothing from a pattern it is put into.
    /// </summary>
    OneLevel,
    /// <summary>Any name is put in as it is, as mosquitto does.</summary>
    Any,
}

/// <summary>Who may connect on a listener, and what they may do.</summary>
internal sealed record ListenerSecurityOptions
{
    /// <summary><c>allow_anonymous</c>, <c>listener_allow_anonymous</c>. Default false; true in local-only mode.</summary>
    public bool AllowAnonymous { get; init; }

    /// <summary><c>password_file</c>. Path, or null: no names are known.</summary>
    public string? PasswordFile { get; init; }

    /// <summary><c>jwt_*</c>, ours. Tokens in the place of passwords; null: none is taken.</summary>
    public JwtOptions? Jwt { get; init; }

    /// <summary><c>http_*</c>, ours. A service that is asked who may connect, or do what; null: none.</summary>
    public HttpAuthOptions? Http { get; init; }

    /// <summary><c>acl_file</c>. Path, or null: everybody may read and write everything.</summary>
    public string? AclFile { get; init; }

    /// <summary><c>acl_test_file</c>, ours. Path of what is expected of the access list, or null.</summary>
    public string? AclTestFile { get; init; }

    /// <summary><c>acl_pattern_names</c>. Default one_level.</summary>
    public AclNames AclPatternNames { get; init; }

    /// <summary><c>allow_zero_length_clientid</c>. Default true.</summary>
    public bool AllowZeroLengthClientId { get; init; } = true;

    /// <summary>
    /// <c>auto_id_prefix</c>, <c>listener_auto_id_prefix</c>. Prefix of generated client ids. Default <c>auto-</c>.
    /// </summary>
    public string AutoIdPrefix { get; init; } = "auto-";

    /// <summary><c>clientid_prefixes</c>. Only client ids with one of these prefixes; empty: any.</summary>
    public ImmutableArray<string> ClientIdPrefixes { get; init; } = [];
}
