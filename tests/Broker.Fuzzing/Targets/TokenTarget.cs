using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Broker.Configuration;
using Broker.Security;
using Broker.Security.Jwt;

namespace Broker.Fuzzing.Targets;

/// <summary>
/// Tokens (RFC 7519). A byte says what the rest is: a whole token, with which nobody gets in, since nobody here can sign; or
/// header and claims with a line break between, which are signed with the right secret, and get in as their claims say.
/// </summary>
internal static class TokenTarget
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes(new string('s', JwtKey.SecretBytesMin));
    private static readonly JwtOptions Options = new() { AclClaim = "acl", ClientIdClaim = "id", Issuer = "issuer" };
    private static readonly JwtVerifier Verifier = new(
        Options, new JwtKeys([JwtKey.Of(Secret, null, out _)!]), source: null, TimeProvider.System);

    public static FuzzTarget Create() => new(
        "tokens",
        EscapedText.ReadAll(
            @"s{""alg"":""HS256""}\n", @"""kid"":""", @"""sub"":""ann""", @"""exp"":4000000000", @"""nbf"":1",
            @"""iss"":""issuer""", @"""id"":""c""", @"""acl"":{""pub"":[""a/#""]}", "HS512", "none", "eyJhbGciOiJIUzI1NiJ9.",
            @"\\u0000", @"\\ud800", "[{", "1e400", "null"),
        Read);

    private static void Read(byte[] input)
    {
        if (input.Length == 0) return;
        ReadOnlySpan<byte> rest = input.AsSpan(1);
        int end = rest.IndexOf((byte)'\n');
        if (input[0] != 's' || end < 0)
        {
            bool isToken = JwtShape.IsToken(rest);
            BrokenException.Unless(!isToken || rest.Count((byte)'.') == 2, "a token of other than three parts");
            BrokenException.Unless(Judge(rest.ToArray()).Identity is null, "in without a signature");
            return;
        }
        Verdict verdict = Judge(Signed(rest[..end], rest[(end + 1)..]));
        if (verdict.Identity is not { } identity)
        {
            BrokenException.Unless(verdict.Detail is { Length: > 0 }, "refused without a word");
            return;
        }
        BrokenException.Unless(IsHs256(rest[..end]), "in with another algorithm");
        using var claims = JsonDocument.Parse(rest[(end + 1)..].ToArray());
        JsonElement root = claims.RootElement;
        BrokenException.Unless(root.GetProperty("sub").GetString() == identity.UserName, "another user");
        BrokenException.Unless(root.GetProperty("id").GetString() == identity.ClientId, "another client");
        BrokenException.Unless(root.GetProperty("iss").GetString() == "issuer", "another issuer");
        BrokenException.Unless(
            root.GetProperty("exp").GetDouble() > TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 60, "after its end");
        BrokenException.Unless(identity.Grant is { Rules: not null }, "without rules of its own");
    }

    private static Verdict Judge(byte[] token) => Verifier.VerifyAsync(token, null).AsTask().GetAwaiter().GetResult();

    private static byte[] Signed(ReadOnlySpan<byte> header, ReadOnlySpan<byte> claims)
    {
        byte[] signed = Encoding.ASCII.GetBytes($"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(claims)}");
        string signature = Base64Url.EncodeToString(HMACSHA256.HashData(Secret, signed));
        return [.. signed, (byte)'.', .. Encoding.ASCII.GetBytes(signature)];
    }

    private static bool IsHs256(ReadOnlySpan<byte> header)
    {
        // The library looks at the first value and not behind it; whoever has the secret may write what they like there.
        var reader = new Utf8JsonReader(header);
        using var json = JsonDocument.ParseValue(ref reader);
        return json.RootElement.GetProperty("alg").GetString() == "HS256";
    }
}
