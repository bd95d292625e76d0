using System.Text;
using System.Text.Json;
using Broker.Configuration;
using Broker.Diagnostics;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Broker.Security.Jwt;

/// <summary>
/// Judges tokens by one set of options (RFC 7519 section 7.2, RFC 8725). Any thread may call it; the work is done on the pool.
/// </summary>
internal sealed class JwtVerifier
{
    /// <summary>Longest token that is looked at.</summary>
    public const int TokenBytesMax = 16 * 1024;

    /// <summary>Tokens that may wait for the pool: beyond that a client is told that the server is busy.</summary>
    private const int JudgedMax = 1000;

    /// <summary>Tokens that may wait for keys; those beyond it are judged by the keys that are there.</summary>
    private const int WaitingMax = 1000;

    private const int JsonDepthMax = 16;

    private static readonly JsonWebTokenHandler Handler = new() { MaximumTokenSizeInBytes = TokenBytesMax };

    private readonly JwtOptions _options;
    private readonly JwtKeys _fileKeys;
    private readonly TimeProvider _time;
    private int _judged;
    private int _waiting;

    /// <param name="options">What is asked of a token.</param>
    /// <param name="fileKeys">Keys that were read from files.</param>
    /// <param name="source">Where others are fetched, or null.</param>
    /// <param name="time">The clock.</param>
    public JwtVerifier(JwtOptions options, JwtKeys fileKeys, JwksSource? source, TimeProvider time)
    {
        _options = options;
        _fileKeys = fileKeys;
        Source = source;
        _time = time;
    }

    /// <summary>Where keys are fetched; null: nowhere.</summary>
    public JwksSource? Source { get; }

    private JwtKeys Keys => Source is null ? _fileKeys : _fileKeys.With(Source.Keys);

    /// <summary>Whether a key that vouched for somebody is still one of those in use.</summary>
    public bool Knows(string? fingerprint) => Keys.All.Any(key => key.Fingerprint == fingerprint);

    /// <summary>
    /// Judges. Waits for the network only when no key that is known could have signed the token, and then for
    /// <c>jwt_jwks_timeout</c> at most. Goes on on the pool.
    /// </summary>
    /// <param name="token">The token; copied where it is needed longer than this call.</param>
    /// <param name="userName">The user name of CONNECT; null: none.</param>
    public async ValueTask<Verdict> VerifyAsync(ReadOnlyMemory<byte> token, string? userName)
    {
        if (token.Length > TokenBytesMax) return Refuse($"it is longer than {TokenBytesMax} bytes");
        string text = Encoding.ASCII.GetString(token.Span);
        if (Interlocked.Increment(ref _judged) > JudgedMax)
        {
            Interlocked.Decrement(ref _judged);
            return new Verdict(AuthenticationOutcome.ServerBusy, AuthenticationMethod.Token, null, "too many tokens wait");
        }
        JsonWebToken? parsed;
        Verdict? verdict;
        try
        {
            await Task.Yield();
            if (!TryParse(text, out parsed)) return Refuse("it cannot be read as one");
            // RFC 7515 section 4.1.11: it must not be taken by who does not know what it names, and nothing is known here.
            if (parsed.TryGetHeaderValue("crit", out object? _)) return Refuse("its 'crit' asks for what is not done here");
            verdict = await TryKeysAsync(parsed, userName);
        }
        finally
        {
            Interlocked.Decrement(ref _judged);
        }
        // Not counted among those: whoever waits here must not hold up those whose key is known.
        if (verdict is null && await MayHaveNewKeysAsync(parsed.Kid)) verdict = await TryKeysAsync(parsed, userName);
        return verdict ?? ExplainUnknown(parsed.Kid);
    }

    private async ValueTask<bool> MayHaveNewKeysAsync(string? keyId)
    {
        if (Source is null || Keys.All.Any(key => key.Id is not null && key.Id == keyId)) return false;
        try
        {
            if (Interlocked.Increment(ref _waiting) > WaitingMax) return false;
            await Source.FetchForUnknownAsync();
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
        // All who waited for it go on at once.
        await Task.Yield();
        return true;
    }

    private Verdict ExplainUnknown(string? keyId)
    {
        if (Keys.All.IsEmpty)
            return new Verdict(AuthenticationOutcome.NotAnswered, AuthenticationMethod.Token, null, "no keys have come so far");
        string named = string.IsNullOrEmpty(keyId) ? "" : $", it names '{Quoted(keyId)}'";
        return Refuse($"no key here has signed it{named}");
    }

    // Null: none of the keys has signed it.
    private async ValueTask<Verdict?> TryKeysAsync(JsonWebToken token, string? userName)
    {
        if (JwtAlgorithmNames.Find(token.Alg) is not { } algorithm || (algorithm & _options.Algorithms) == 0)
            return Refuse($"its algorithm '{Quoted(token.Alg)}' is not taken here");
        foreach (JwtKey key in Keys.For(string.IsNullOrEmpty(token.Kid) ? null : token.Kid, algorithm))
        {
            TokenValidationResult result = await Handler.ValidateTokenAsync(token, ParametersFor(key));
            if (result.IsValid) return ReadClaims(token, key, userName);
            if (result.Exception is not SecurityTokenInvalidSignatureException) return Refuse(Explain(result.Exception));
        }
        return null;
    }

    // One key and one algorithm at a time: nothing is left for the library to choose.
    private TokenValidationParameters ParametersFor(JwtKey key) => new()
    {
        IssuerSigningKey = key.Key,
        TryAllIssuerSigningKeys = true,
        RequireSignedTokens = true,
        AlgorithmValidator = (algorithm, used, _, _) => ReferenceEquals(used, key.Key)
            && JwtAlgorithmNames.Find(algorithm) is { } known && (known & _options.Algorithms & key.Algorithms) != 0,
        ValidateIssuer = _options.Issuer is not null,
        ValidIssuer = _options.Issuer,
        ValidateAudience = _options.Audience is not null,
        ValidAudience = _options.Audience,
        IgnoreTrailingSlashWhenValidatingAudience = false,
        LifetimeValidator = (begins, ends, _, _) => IsAlive(begins, ends),
        LogValidationExceptions = false,
    };

    private bool IsAlive(DateTime? begins, DateTime? ends)
    {
        DateTime now = _time.GetUtcNow().UtcDateTime;
        if (begins is { } from && now < Later(from, -_options.Leeway)) return false;
        return ends is { } until ? now < Later(until, _options.Leeway) : !_options.RequiresExpiry;
    }

    private Verdict ReadClaims(JsonWebToken token, JwtKey key, string? userName)
    {
        try
        {
            byte[] payload = Base64UrlEncoder.DecodeBytes(token.EncodedPayload);
            using var claims = JsonText.Parse(payload, JsonDepthMax);
            return ReadClaims(claims.RootElement, token, key, userName);
        }
        catch (JsonException)
        {
            return Refuse("its claims cannot be read");
        }
    }

    private Verdict ReadClaims(JsonElement claims, JsonWebToken token, JwtKey key, string? userName)
    {
        if (TextOf(claims, _options.UserNameClaim) is not { Length: > 0 } name)
            return Refuse($"it has no text '{_options.UserNameClaim}' for the user name");
        if (_options.ChecksUserName && name != userName)
            return Refuse($"its '{_options.UserNameClaim}' is not the user name that the client gave");
        string? clientId = null;
        if (_options.ClientIdClaim is { } idClaim && (clientId = TextOf(claims, idClaim)) is not { Length: > 0 })
            return Refuse($"it has no text '{idClaim}' for the client id");
        ClientGrant? grant = null;
        if (_options.AclClaim is { } aclClaim)
        {
            if (ReadRules(claims, aclClaim, out string? error) is not { } rules) return Refuse($"in its '{aclClaim}' {error}");
            grant = new ClientGrant(rules);
        }
        VerifiedIdentity identity = new(AuthenticationMethod.Token)
        {
            UserName = name,
            ClientId = clientId,
            ExpiresAt = EndOf(token),
            Grant = grant,
            Key = key.Fingerprint,
        };
        return new Verdict(AuthenticationOutcome.Allowed, AuthenticationMethod.Token, identity);
    }

    private static GrantedRules? ReadRules(JsonElement claims, string name, out string? error)
    {
        error = null;
        return claims.TryGetProperty(name, out JsonElement given)
            ? GrantedRules.Read(given, $"claim '{name}'", out error)
            : GrantedRules.Empty;
    }

    private long EndOf(JsonWebToken token)
    {
        if (!_options.DisconnectsAtExpiry || token.ValidTo == DateTime.MinValue) return VerifiedIdentity.NeverExpires;
        return new DateTimeOffset(Later(token.ValidTo, _options.Leeway), TimeSpan.Zero).ToUnixTimeMilliseconds();
    }

    private static DateTime Later(DateTime moment, TimeSpan by)
    {
        long ticks = Math.Clamp(moment.Ticks + by.Ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks);
        return new DateTime(ticks, DateTimeKind.Utc);
    }

    private static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out JsonWebToken? token)
    {
        try
        {
            token = new JsonWebToken(text);
            return token.IsSigned || token.EncodedSignature is { Length: 0 };
        }
        catch (Exception error) when (error is ArgumentException or SecurityTokenException or FormatException
            or JsonException or InvalidOperationException or OverflowException)
        {
            token = null; // However it is malformed, it is no token.
            return false;
        }
    }

    private static string? TextOf(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out JsonElement claim) && JsonText.TryGet(claim, out string? text) ? text : null;

    private static string Explain(Exception? error) => error switch
    {
        SecurityTokenInvalidLifetimeException => "it has expired, does not hold yet, or has no end",
        SecurityTokenInvalidIssuerException => "its 'iss' is not jwt_issuer",
        SecurityTokenInvalidAudienceException => "its 'aud' is not jwt_audience",
        SecurityTokenInvalidAlgorithmException => "its key is not for its algorithm",
        _ => $"it is not valid ({error?.GetType().Name})",
    };

    // Of a stranger, for the log.
    private static string Quoted(string? text) =>
        text is null ? "" : new string([.. text.Take(40).Where(static letter => letter is > ' ' and < '\x7f')]);

    private static Verdict Refuse(string detail) =>
        new(AuthenticationOutcome.BadUserNameOrPassword, AuthenticationMethod.Token, null, detail);
}
