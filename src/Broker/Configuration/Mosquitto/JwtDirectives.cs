using System.Collections.Immutable;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: tokens in the place of passwords. All of them are ours.</summary>
internal static class JwtDirectives
{
    /// <summary>What the names of these rows begin with.</summary>
    public const string Prefix = "jwt_";

    private const int SecondsMax = 86_400;

    public static readonly ImmutableArray<Directive> Rows =
    [
        Option("jwt_key_file", ValueKinds.Text("path"), "none", (jwt, value) => jwt with { KeyFile = value },
            "PEM public keys or certificates, a JWK or a JWK set. See [authentication](docs/authentication.md#tokens)."),
        Option("jwt_secret_file", ValueKinds.Text("path"), "none", (jwt, value) => jwt with { SecretFile = value },
            "The secret of HS256, HS384 and HS512, at least 32 bytes; a line end after it does not count."),
        UrlOption("jwt_jwks_url", "none", "keys", (jwt, value) => jwt with { JwksUrl = value },
            "Where a JWK set is fetched and kept. Keys that were fetched stay when the server does not answer."),
        Option("jwt_jwks_cafile", ValueKinds.Text("path"), "the system's", (jwt, value) => jwt with { JwksCaFile = value },
            "PEM certificates of the authorities that may vouch for the server of `jwt_jwks_url`."),
        Option("jwt_jwks_refresh", Seconds(10), "600", (jwt, value) => jwt with { JwksRefresh = TimeSpan.FromSeconds(value) },
            "How old fetched keys become before they are fetched again."),
        Option("jwt_jwks_retry", Seconds(1), "10", (jwt, value) => jwt with { JwksRetry = TimeSpan.FromSeconds(value) },
            "A token with a key id that is not known makes the keys be fetched anew, but not more often than this."),
        Option("jwt_jwks_timeout", Seconds(1, 20), "5", (jwt, value) => jwt with { JwksTimeout = TimeSpan.FromSeconds(value) },
            ""),
        Row.Works("jwt_algorithms", SecuritySection, ValueKinds.Words("RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, "
                + "ES512, HS256, HS384, HS512, one or more", alsoSeparates: ','), "all that there are keys for", SetAlgorithms)
            with { Since = Directive.Ours, Note = "A public key never serves HS256, and `none` is never taken." },
        Option("jwt_issuer", ValueKinds.Text("text"), "any", (jwt, value) => jwt with { Issuer = value },
            "What the claim `iss` must be."),
        Option("jwt_audience", ValueKinds.Text("text"), "any", (jwt, value) => jwt with { Audience = value },
            "What must be among the claim `aud`."),
        Option("jwt_leeway", ValueKinds.Integer(0, 3600, "0 to 3600 seconds"), "10",
            (jwt, value) => jwt with { Leeway = TimeSpan.FromSeconds(value) },
            "By how much the clocks of broker and issuer may differ, for `exp` and `nbf`."),
        Option("jwt_require_exp", ValueKinds.Flag, "true", (jwt, value) => jwt with { RequiresExpiry = value },
            "Whether a token that never ends is refused."),
        Option("jwt_username_claim", ValueKinds.Text("name of a claim"), "sub",
            (jwt, value) => jwt with { UserNameClaim = value },
            "The claim that is the client's user name from then on, in access lists too. A token without it is refused."),
        Option("jwt_check_username", ValueKinds.Flag, "false", (jwt, value) => jwt with { ChecksUserName = value },
            "Whether the user name of CONNECT must be that one; else it is not looked at."),
        Option("jwt_clientid_claim", ValueKinds.Text("name of a claim"), "none",
            (jwt, value) => jwt with { ClientIdClaim = value },
            "The claim that must be the client id. A token without it is refused."),
        Option("jwt_acl_claim", ValueKinds.Text("name of a claim"), "none", (jwt, value) => jwt with { AclClaim = value },
            "The claim with what the client may publish and read, beside `acl_file`. Without it in a token the list is empty."),
        Option("jwt_disconnect_at_exp", ValueKinds.Flag, "true", (jwt, value) => jwt with { DisconnectsAtExpiry = value },
            "Whether a connection ends with its token, `jwt_leeway` included; 5.0 clients are told Maximum connect time."),
    ];

    /// <summary>Options that do nothing because there is nothing to check a token with.</summary>
    public static void Check(SecurityBuilder security, Dictionary<string, SourcePosition> given, ConfigurationReport report)
    {
        if (security.Jwt is not { HasKeys: false }) return;
        foreach ((string name, SourcePosition at) in given)
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal))
                report.Warning(at, $"'{name}' has no effect without 'jwt_key_file', 'jwt_secret_file' or 'jwt_jwks_url'");
        }
    }

    private static Directive Option<T>(
        string name, ValueKind<T> kind, string byDefault, Func<JwtOptions, T, JwtOptions> take, string note) =>
        Row.Works(name, SecuritySection, kind, byDefault,
                (security, value) => security.Jwt = take(security.Jwt ?? new JwtOptions(), value))
            with { Since = Directive.Ours, Note = note };

    private static Directive UrlOption(
        string name, string byDefault, string carried, Func<JwtOptions, Uri, JwtOptions> take, string note) =>
        Row.Works(name, SecuritySection, ValueKinds.Text("http or https URL"), byDefault, (security, value, context) =>
        {
            if (ServiceUrl.Read(context, value, carried) is { } url)
                security.Jwt = take(security.Jwt ?? new JwtOptions(), url);
        }) with { Since = Directive.Ours, Note = note };

    private static ValueKind<int> Seconds(int min, int max = SecondsMax) =>
        ValueKinds.Integer(min, max, $"seconds, {min} to {max}");

    private static void SetAlgorithms(SecurityBuilder security, List<ConfigurationValue> words, DirectiveContext context)
    {
        JwtAlgorithms algorithms = JwtAlgorithms.None;
        foreach (ConfigurationValue word in words)
        {
            if (JwtAlgorithmNames.Find(word.Text) is { } known) algorithms |= known;
            else context.Error(word, $"'jwt_algorithms' takes {context.Directive.Values}, not '{word.Text}'");
        }
        security.Jwt = (security.Jwt ?? new JwtOptions()) with { Algorithms = algorithms };
    }
}
