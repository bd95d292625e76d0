namespace Broker.Diagnostics;

/// <summary>Why a message did not reach a subscriber that it matched. Each is counted; none is silent.</summary>
internal enum DropReason
{
    /// <summary>It was taken: nothing dropped.</summary>
    None,
    /// <summary>QoS 0 for a session without a connection (<c>queue_qos0_messages false</c>).</summary>
    OfflineQos0,
    /// <summary><c>max_queued_messages</c> was reached.</summary>
    QueueMessages,
    /// <summary><c>max_queued_bytes</c> was reached.</summary>
    QueueBytes,
    /// <summary>Its Message Expiry Interval passed while it waited.</summary>
    Expired,
    /// <summary>It is larger than the Maximum Packet Size of the receiver.</summary>
    PacketTooLarge,
    /// <summary>Its payload is larger than <c>message_size_limit</c>.</summary>
    PayloadTooLarge,
    /// <summary>The session ended while it waited.</summary>
    SessionEnded,
    /// <summary>No member of the shared subscription could take it.</summary>
    NoSharedMember,
    /// <summary>The publisher may not publish there.</summary>
    NotAuthorized,
    /// <summary>The subscriber may not read the topic.</summary>
    NotReadable,
}
