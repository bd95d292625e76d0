using Broker.Diagnostics;

namespace Broker.Security;

/// <summary>Who a client is, by something other than a password file.</summary>
/// <param name="Method">By what.</param>
internal sealed record VerifiedIdentity(AuthenticationMethod Method)
{
    /// <summary><see cref="ExpiresAt"/> of what does not end.</summary>
    public const long NeverExpires = long.MaxValue;

    /// <summary>Its user name from now on; null: the one that it gave.</summary>
    public string? UserName { get; init; }

    /// <summary>What its client id must be; null: anything.</summary>
    public string? ClientId { get; init; }

    /// <summary>When it has to go, milliseconds since 1970 UTC.</summary>
    public long ExpiresAt { get; init; } = NeverExpires;

    /// <summary>What it may do beside the access list; null: nothing was said.</summary>
    public ClientGrant? Grant { get; init; }

    /// <summary>Which key vouched for it, for the question after a reload whether that one still does; null: none.</summary>
    public string? Key { get; init; }
}
