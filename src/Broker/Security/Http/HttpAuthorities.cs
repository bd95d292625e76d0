using System.Collections.Frozen;
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
            if (LoadAuthorities(http, errors) is not { } trusted) continue;
            HttpPlace place = new(http, trusted.Print);
            made.Add(http, kept.GetValueOrDefault(place) ?? new HttpAuthority(place, trusted.Certificates, surroundings));
        }
        return made.ToFrozenDictionary();
    }

    /// <summary>The authorities of <c>http_auth_cafile</c>; null: they cannot be read.</summary>
    public static TrustedAuthorities? LoadAuthorities(HttpAuthOptions http, List<PasswordFileError> errors) =>
        TrustedAuthorities.Load("http_auth_cafile", http.CaFile, errors);
}
