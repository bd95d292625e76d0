namespace Broker.Configuration;

/// <summary>Ways to sign a token, as bits (RFC 7518 section 3.1).</summary>
[Flags]
internal enum JwtAlgorithms
{
    /// <summary>None of them. The <c>none</c> of RFC 7518 is never taken.</summary>
    None = 0,
    /// <summary>RSA, PKCS #1 v1.5, SHA-256.</summary>
    RS256 = 1,
    /// <summary>RSA, PKCS #1 v1.5, SHA-384.</summary>
    RS384 = 2,
    /// <summary>RSA, PKCS #1 v1.5, SHA-512.</summary>
    RS512 = 4,
    /// <summary>RSA, PSS, SHA-256.</summary>
    PS256 = 8,
    /// <summary>RSA, PSS, SHA-384.</summary>
    PS384 = 16,
    /// <summary>RSA, PSS, SHA-512.</summary>
    PS512 = 32,
    /// <summary>ECDSA, P-256, SHA-256.</summary>
    ES256 = 64,
    /// <summary>ECDSA, P-384, SHA-384.</summary>
    ES384 = 128,
    /// <summary>ECDSA, P-521, SHA-512.</summary>
    ES512 = 256,
    /// <summary>HMAC, SHA-256: who can check such a token can make one.</summary>
    HS256 = 512,
    /// <summary>HMAC, SHA-384.</summary>
    HS384 = 1024,
    /// <summary>HMAC, SHA-512.</summary>
    HS512 = 2048,
    /// <summary>What an RSA key does.</summary>
    Rsa = RS256 | RS384 | RS512 | PS256 | PS384 | PS512,
    /// <summary>What a secret does.</summary>
    Hmac = HS256 | HS384 | HS512,
    /// <summary>All.</summary>
    All = Rsa | ES256 | ES384 | ES512 | Hmac,
}

/// <summary>
/// Tokens (JWT, RFC 7519) in the place of passwords. All of it is ours. Two are equal when they judge every token alike, as
/// far as that does not depend on what is in the files.
/// </summary>
internal sealed record JwtOptions
{
    /// <summary><c>jwt_key_file</c>. PEM public keys or certificates, a JWK or a JWK set; null: none.</summary>
    public string? KeyFile { get; init; }

    /// <summary><c>jwt_secret_file</c>. The secret of HS256, HS384 and HS512; null: none.</summary>
    public string? SecretFile { get; init; }

    /// <summary><c>jwt_jwks_url</c>. Where a JWK set is fetched, http or https; null: nowhere.</summary>
    public Uri? JwksUrl { get; init; }

    /// <summary><c>jwt_jwks_cafile</c>. PEM bundle of who may vouch for that server; null: whom the system trusts.</summary>
    public string? JwksCaFile { get; init; }

    /// <summary><c>jwt_jwks_refresh</c>. How old fetched keys become before they are fetched again. Default 10 minutes.</summary>
    public TimeSpan JwksRefresh { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// <c>jwt_jwks_retry</c>. Least time between two fetches, whatever asks for them: a key that is not known, or a fetch that
    /// failed. Default 10 seconds.
    /// </summary>
    public TimeSpan JwksRetry { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>jwt_jwks_timeout</c>. How long a fetch may take. Default 5 seconds.</summary>
    public TimeSpan JwksTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary><c>jwt_algorithms</c>. What is taken, as far as there are keys for it. Default all.</summary>
    public JwtAlgorithms Algorithms { get; init; } = JwtAlgorithms.All;

    /// <summary><c>jwt_issuer</c>. What the claim <c>iss</c> must be; null: anything.</summary>
    public string? Issuer { get; init; }

    /// <summary><c>jwt_audience</c>. One of the words of the claim <c>aud</c> must be this; null: anything.</summary>
    public string? Audience { get; init; }

    /// <summary><c>jwt_leeway</c>. By how much clocks may differ. Default 10 seconds.</summary>
    public TimeSpan Leeway { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>jwt_require_exp</c>. Whether a token without an end is refused. Default true.</summary>
    public bool RequiresExpiry { get; init; } = true;

    /// <summary><c>jwt_username_claim</c>. The claim that is the client's user name from then on. Default <c>sub</c>.</summary>
    public string UserNameClaim { get; init; } = "sub";

    /// <summary><c>jwt_check_username</c>. Whether the user name of CONNECT must be that one. Default false.</summary>
    public bool ChecksUserName { get; init; }

    /// <summary><c>jwt_clientid_claim</c>. The claim that must be the client id; null: none must.</summary>
    public string? ClientIdClaim { get; init; }

    /// <summary><c>jwt_acl_claim</c>. The claim with what the client may publish and read; null: none.</summary>
    public string? AclClaim { get; init; }

    /// <summary><c>jwt_disconnect_at_exp</c>. Whether a connection ends with its token. Default true.</summary>
    public bool DisconnectsAtExpiry { get; init; } = true;

    /// <summary>Whether there is anything to check a token with: without it, none is taken.</summary>
    public bool HasKeys => KeyFile is not null || SecretFile is not null || JwksUrl is not null;
}
