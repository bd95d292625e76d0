namespace Broker.Configuration;

/// <summary><c>drop_policy</c>: who has to go when a message does not fit into a session's queue.</summary>
internal enum DropPolicy
{
    /// <summary>The message that came, as in mosquitto.</summary>
    Newest,
    /// <summary>What has waited longest and is not in flight.</summary>
    Oldest,
    /// <summary>The message that came, and its publisher is told.</summary>
    Reject,
}
