using Broker.Diagnostics;

namespace Broker.Security;

/// <summary>What the ways to authenticate use together.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The log.</param>
internal sealed record AuthenticationSurroundings(TimeProvider Time, ILogger Logger)
{
    /// <summary>Fetches of keys.</summary>
    public JwksCounts Jwks { get; } = new();

    /// <summary>Questions to services.</summary>
    public HttpAuthCounts Http { get; } = new();
}
