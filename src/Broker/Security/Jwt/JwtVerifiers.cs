using System.Collections.Frozen;
using Broker.Configuration;

namespace Broker.Security.Jwt;

/// <summary>Makes what judges the tokens of each listener, from options and the files that they name.</summary>
internal static class JwtVerifiers
{
    /// <summary>One for each set of options. Sources of keys that are still wanted go on as they are.</summary>
    /// <param name="options">The listeners.</param>
    /// <param name="surroundings">Clock, log and counts.</param>
    /// <param name="before">What judges now.</param>
    /// <param name="errors">Takes what is wrong with the files.</param>
    public static FrozenDictionary<JwtOptions, JwtVerifier> Load(
        BrokerOptions options, AuthenticationSurroundings surroundings, IEnumerable<JwtVerifier> before,
        List<PasswordFileError> errors)
    {
        Dictionary<JwksPlace, JwksSource> sources = [];
        foreach (JwtVerifier verifier in before)
        {
            if (verifier.Source is { } source) sources.TryAdd(source.Place, source);
        }
        Dictionary<JwtOptions, JwtVerifier> verifiers = [];
        foreach (JwtOptions jwt in options.Listeners.Select(static listener => listener.Security.Jwt).OfType<JwtOptions>())
        {
            if (verifiers.ContainsKey(jwt)) continue;
            JwtKeys keys = LoadFiles(jwt, errors);
            verifiers.Add(jwt, new JwtVerifier(jwt, keys, SourceOf(jwt, surroundings, sources, errors), surroundings.Time));
        }
        return verifiers.ToFrozenDictionary();
    }

    /// <summary>The keys of the files, as far as they can be read.</summary>
    /// <param name="jwt">Which files.</param>
    /// <param name="errors">Takes what is wrong with them.</param>
    public static JwtKeys LoadFiles(JwtOptions jwt, List<PasswordFileError> errors)
    {
        JwtKeys keys = JwtKeys.None;
        PasswordFileError? error = null;
        if (jwt.KeyFile is { } file) keys = JwtKeyReader.LoadKeys(file, out error) ?? keys;
        if (error is { } ofKeys) errors.Add(ofKeys);
        error = null;
        if (jwt.SecretFile is { } secret) keys = keys.With(JwtKeyReader.LoadSecret(secret, out error) ?? JwtKeys.None);
        if (error is { } ofSecret) errors.Add(ofSecret);
        return keys;
    }

    /// <summary>The authorities of <c>jwt_jwks_cafile</c>; null: they cannot be read.</summary>
    public static TrustedAuthorities? LoadAuthorities(JwtOptions jwt, List<PasswordFileError> errors) =>
        TrustedAuthorities.Load("jwt_jwks_cafile", jwt.JwksCaFile, errors);

    private static JwksSource? SourceOf(
        JwtOptions jwt, AuthenticationSurroundings surroundings, Dictionary<JwksPlace, JwksSource> sources,
        List<PasswordFileError> errors)
    {
        if (jwt.JwksUrl is not { } url) return null;
        if (LoadAuthorities(jwt, errors) is not { } trusted) return null;
        JwksPlace place = new(url, trusted.Print, jwt.JwksRefresh, jwt.JwksRetry, jwt.JwksTimeout);
        if (!sources.TryGetValue(place, out JwksSource? source))
            sources.Add(place, source = new JwksSource(place, trusted.Certificates, surroundings));
        return source;
    }
}
