namespace Broker.Configuration;

/// <summary>The names that tokens and configurations have for ways to sign.</summary>
internal static class JwtAlgorithmNames
{
    private static readonly Dictionary<string, JwtAlgorithms> ByName = new(StringComparer.Ordinal)
    {
        ["RS256"] = JwtAlgorithms.RS256, ["RS384"] = JwtAlgorithms.RS384, ["RS512"] = JwtAlgorithms.RS512,
        ["PS256"] = JwtAlgorithms.PS256, ["PS384"] = JwtAlgorithms.PS384, ["PS512"] = JwtAlgorithms.PS512,
        ["ES256"] = JwtAlgorithms.ES256, ["ES384"] = JwtAlgorithms.ES384, ["ES512"] = JwtAlgorithms.ES512,
        ["HS256"] = JwtAlgorithms.HS256, ["HS384"] = JwtAlgorithms.HS384, ["HS512"] = JwtAlgorithms.HS512,
    };

    /// <summary>One way, or null: there is none of this name. Letters count, as RFC 7515 section 4.1.1 has it.</summary>
    public static JwtAlgorithms? Find(string? name) =>
        name is not null && ByName.TryGetValue(name, out JwtAlgorithms found) ? found : null;
}
