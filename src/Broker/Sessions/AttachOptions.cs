using Broker.Configuration;
using Broker.Security;

namespace Broker.Sessions;

/// <summary>What CONNECT says about the session.</summary>
/// <param name="UserName">Who authenticated, or null.</param>
/// <param name="ExpirySeconds">Session Expiry Interval, seconds; 0: ends with the connection.</param>
/// <param name="ReceiveMaximum">QoS 1 and 2 messages the client takes at a time, from 1.</param>
/// <param name="Will">Its will, or null.</param>
internal readonly record struct AttachOptions(string? UserName, uint ExpirySeconds, int ReceiveMaximum, Will? Will)
{
    /// <summary>Where it connected; null: not known.</summary>
    public ListenerOptions? Listener { get; init; }

    /// <summary>What it was given beside the access lists, for when these change; null: nothing.</summary>
    public ClientGrant? Grant { get; init; }

    /// <summary>What the client may read and write; null: everything.</summary>
    public ClientAccess? Access { get; init; }
}
