using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;

namespace Broker.Security.Http;

/// <summary>Makes who is asked about the clients of each listener.</summary>
internal static class HttpAuthorities
{
    /// <summary>One for each set of options. Those that are still wanted go on, and forget what they remember.</summary>
    public static FrozenDictionary<HttpAuthOptions, HttpAuthority> Load(
        BrokerOptions options, AuthenticationSurroundings surroundings, IEnumerable<HttpAuthority> before,
        List<PasswordFileError> errors)
    {
        Dictionary<HttpPlace, HttpAuthority> kept = before.ToDictionary(static authority => authority.Place);
        Dictionary<HttpAuthOptions, HttpAuthority> made = [];
        foreach (HttpAuthOptions http in
            options.Listeners.Select(static listener => listener.Security.Http).OfType<HttpAuthOptions>())
        {
            if (made.ContainsKey(http)) continue;
            int errorsBefore = errors.Count;
            X509Certificate2Collection? authorities = LoadAuthorities(http, errors);
            if (errors.Count > errorsBefore) continue;
            string trusted = authorities is null ? ""
                : Convert.ToHexString(SHA256.HashData([.. authorities.SelectMany(static one => one.RawData)]));
            HttpPlace place = new(http, trusted);
            made.Add(http, kept.GetValueOrDefault(place) ?? new HttpAuthority(place, authorities, surroundings));
        }
        return made.ToFrozenDictionary();
    }

    /// <summary>The authorities of <c>http_auth_cafile</c>; null: none were named, or they cannot be read.</summary>
    public static X509Certificate2Collection? LoadAuthorities(HttpAuthOptions http, List<PasswordFileError> errors)
    {
        if (http.CaFile is not { } path) return null;
        X509Certificate2Collection? authorities =
            OutboundHttp.LoadAuthorities("http_auth_cafile", path, out string? error, out bool isUnreadable);
        if (error is not null) errors.Add(new PasswordFileError(path, isUnreadable ? 0 : 1, error));
        return authorities;
    }
}
