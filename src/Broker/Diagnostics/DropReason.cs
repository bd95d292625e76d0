namespace Broker.Diagnostics;

/// <summary>
/// Why a message did not reach a subscriber that it matched, or was not let in at all. Each is counted; none is silent.
/// </summary>
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
    /// <summary>Not let in: its payload is larger than <c>message_size_limit</c>.</summary>
    PayloadTooLarge,
    /// <summary>The session ended while it waited.</summary>
    SessionEnded,
    /// <summary>No member of the shared subscription could take it.</summary>
    NoSharedMember,
    /// <summary>Not let in: the publisher may not publish there.</summary>
    NotAuthorized,
    /// <summary>The subscriber may not read the topic.</summary>
    NotReadable,
    /// <summary>Not let in: with the mount point of its listener its topic is too long.</summary>
    TopicTooLong,
    /// <summary>Not let in: a limit of retained messages or their bytes was reached, of all or of its client id.</summary>
    RetainedLimit,
    /// <summary>Not let in: it has more User Properties than <c>max_user_properties</c>.</summary>
    UserProperties,
    /// <summary>QoS 0 for a connection that broke before it was written.</summary>
    ConnectionLost,
    /// <summary>The queue was full, and this one had waited longest: <c>drop_policy oldest</c>.</summary>
    QueueOldest,
    /// <summary>The queue was full, and the publisher is told: <c>drop_policy reject</c>.</summary>
    QueueRejected,
    /// <summary><c>global_max_queued_messages</c> was reached.</summary>
    QueueGlobalMessages,
    /// <summary><c>global_max_queued_bytes</c> was reached.</summary>
    QueueGlobalBytes,
}

/// <summary>Which drop is which.</summary>
internal static class DropReasons
{
    /// <summary>What a full queue came to.</summary>
    public static readonly DropReason[] OfQueues =
    [
        DropReason.QueueMessages, DropReason.QueueBytes, DropReason.QueueOldest, DropReason.QueueRejected,
        DropReason.QueueGlobalMessages, DropReason.QueueGlobalBytes,
    ];

    /// <summary>Whether a queue has no room for the message: then <c>drop_policy</c> is asked.</summary>
    public static bool IsQueueFull(this DropReason reason) =>
        reason is DropReason.QueueMessages or DropReason.QueueBytes
            or DropReason.QueueGlobalMessages or DropReason.QueueGlobalBytes;

    /// <summary>
    /// Whether the publication was not let in, before anybody asked whose subscriptions match. The others end a delivery.
    /// </summary>
    public static bool IsRefusal(this DropReason reason) =>
        reason is DropReason.PayloadTooLarge or DropReason.NotAuthorized or DropReason.TopicTooLong
            or DropReason.RetainedLimit or DropReason.UserProperties;
}
