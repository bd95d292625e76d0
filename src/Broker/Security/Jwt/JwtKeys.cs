using System.Collections.Immutable;
using Broker.Configuration;

namespace Broker.Security.Jwt;

/// <summary>Keys that tokens are checked with. Immutable.</summary>
internal sealed class JwtKeys(ImmutableArray<JwtKey> all)
{
    /// <summary>None.</summary>
    public static readonly JwtKeys None = new([]);

    /// <summary>So many are tried for a token that does not say which one it means: each costs a signature.</summary>
    private const int TriedMax = 8;

    /// <summary>All of them.</summary>
    public ImmutableArray<JwtKey> All { get; } = all;

    /// <summary>Those of both.</summary>
    public JwtKeys With(JwtKeys others) => others.All.IsEmpty ? this : All.IsEmpty ? others : new([.. All, .. others.All]);

    /// <summary>Whether they are the same, in the same order.</summary>
    public bool AreSameAs(JwtKeys others) =>
        All.Select(static key => key.Fingerprint).SequenceEqual(others.All.Select(static key => key.Fingerprint));

    /// <summary>Those that may have signed a token.</summary>
    /// <param name="id">Its <c>kid</c>, or null.</param>
    /// <param name="algorithm">Its <c>alg</c>.</param>
    public IReadOnlyList<JwtKey> For(string? id, JwtAlgorithms algorithm)
    {
        List<JwtKey> fitting = [];
        bool isNamed = id is not null && All.Any(key => key.Id == id);
        foreach (JwtKey key in All)
        {
            // A key that has no id may be meant by any.
            bool isMeant = isNamed ? key.Id == id : id is null || key.Id is null;
            if (isMeant && (key.Algorithms & algorithm) != 0 && fitting.Count < TriedMax) fitting.Add(key);
        }
        return fitting;
    }
}
