namespace Broker.Configuration.Mosquitto;

/// <summary>Security options while the file is read: global ones or a listener's. Null: not given.</summary>
internal sealed class SecurityBuilder
{
    /// <summary><c>allow_anonymous</c> or <c>listener_allow_anonymous</c>.</summary>
    public bool? AllowAnonymous { get; set; }

    /// <summary><c>allow_zero_length_clientid</c>.</summary>
    public bool? AllowZeroLengthClientId { get; set; }

    /// <summary><c>auto_id_prefix</c> or <c>listener_auto_id_prefix</c>.</summary>
    public string? AutoIdPrefix { get; set; }

    /// <summary><c>password_file</c>.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>Where it was given; null: it was not.</summary>
    public SourcePosition? PasswordFileAt { get; set; }

    /// <summary><c>jwt_*</c>.</summary>
    public JwtOptions? Jwt { get; set; }

    /// <summary><c>http_auth_*</c>.</summary>
    public HttpAuthOptions? Http { get; set; }

    /// <summary><c>acl_file</c>.</summary>
    public string? AclFile { get; set; }

    /// <summary>Where it was given; null: it was not.</summary>
    public SourcePosition? AclFileAt { get; set; }

    /// <summary><c>acl_test_file</c>.</summary>
    public string? AclTestFile { get; set; }

    /// <summary><c>acl_pattern_names</c>.</summary>
    public AclNames? AclPatternNames { get; set; }
}
