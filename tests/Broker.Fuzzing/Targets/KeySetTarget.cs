using System.Text;
using Broker.Security.Jwt;

namespace Broker.Fuzzing.Targets;

/// <summary>A JWK set (RFC 7517) that was fetched: keys or a word why there are none, and never a secret.</summary>
internal static class KeySetTarget
{
    public static FuzzTarget Create() => new(
        "keys",
        EscapedText.ReadAll(
            @"{""keys"":[", @"{""kty"":""RSA"",", @"{""kty"":""EC"",", @"{""kty"":""oct"",""k"":""", @"""crv"":""P-256"",",
            @"""n"":""", @"""e"":""AQAB""", @"""use"":""sig"",", @"""key_ops"":[""verify""],", @"""alg"":""RS256"",",
            @"""kid"":null,", @"""d"":""", "]}", "},", "null", "1e400", @"\\ud800"),
        Read);

    private static void Read(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        JwtKeys? fetched = JwtKeyReader.ReadSet(text, acceptsSecrets: false, out string? error);
        BrokenException.Unless(fetched is not null || error is { Length: > 0 }, "neither keys nor a word why");
        BrokenException.Unless(fetched?.All.IsEmpty != true, "a set without keys");
        JwtKeys? own = JwtKeyReader.ReadSet(text, acceptsSecrets: true, out _);
        BrokenException.Unless((own?.All.Length ?? 0) >= (fetched?.All.Length ?? 0), "fewer keys of one's own than fetched");
        foreach (JwtKey key in fetched?.All ?? [])
        {
            BrokenException.Unless(key.Algorithms != Configuration.JwtAlgorithms.None, "a key for nothing");
            BrokenException.Unless((key.Algorithms & Configuration.JwtAlgorithms.Hmac) == 0, "a secret was taken");
        }
    }
}
