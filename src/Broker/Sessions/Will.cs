using Broker.Messages;
using Broker.Security;

namespace Broker.Sessions;

/// <summary>The message of a client that goes away without saying so (MQTT 5.0 section 3.1.2.5).</summary>
/// <param name="Message">What, with its mount point; its expiry counts from the moment it is published.</param>
/// <param name="DelaySeconds">Will Delay Interval.</param>
/// <param name="ExpirySeconds">Message Expiry Interval, or null.</param>
internal sealed record Will(Message Message, uint DelaySeconds, uint? ExpirySeconds)
{
    /// <summary>What its client may publish; null: everything.</summary>
    public ClientAccess? Access { get; init; }

    /// <summary>Whether its client may publish it.</summary>
    public bool IsAllowed => !Message.Topic.IsOfServer && Access?.MayWrite(Message.Topic.Name) != false;
}
