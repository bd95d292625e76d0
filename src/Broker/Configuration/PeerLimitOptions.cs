namespace Broker.Configuration;

/// <summary>
/// Limits of what peers can make grow, ours: mosquitto has none of these. Only those that no client in good order meets are on.
/// </summary>
internal sealed record PeerLimitOptions
{
    /// <summary>
    /// <c>max_connect_packet_size</c>. Largest packet before CONNACK, bytes; never above <c>max_packet_size</c>. Default 16 384.
    /// </summary>
    public int ConnectPacketBytesMax { get; init; } = 16_384;

    /// <summary><c>connect_timeout</c>. How long a client may take until its CONNECT is accepted. Default 30 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>connect_rate</c>. CONNECT packets a second in all; what comes faster waits. Default 0 = no limit.</summary>
    public int ConnectsPerSecond { get; init; }

    /// <summary>
    /// <c>max_pending_connects</c>. CONNECTs between being read and their CONNACK; others wait. Those with a password to be
    /// hashed are counted apart. Default 100, 0 = no limit.
    /// </summary>
    public int PendingConnectsMax { get; init; } = 100;

    /// <summary>
    /// <c>max_pending_handshakes</c>. TLS handshakes that are computed at once; others wait. Default 0 = a processor each,
    /// but one.
    /// </summary>
    public int PendingHandshakesMax { get; init; }

    /// <summary><c>max_subscriptions</c>. Of one session. Default 0 = no limit.</summary>
    public int SubscriptionsMax { get; init; }

    /// <summary><c>global_max_subscriptions</c>. Of all sessions, shared ones included. Default 0 = no limit.</summary>
    public int GlobalSubscriptionsMax { get; init; }

    /// <summary><c>global_max_retained_messages</c>. Without those of the broker itself. Default 0 = no limit.</summary>
    public int RetainedMessagesMax { get; init; }

    /// <summary><c>global_max_retained_bytes</c>. Their payload bytes. Default 0 = no limit.</summary>
    public long RetainedBytesMax { get; init; }

    /// <summary>
    /// <c>global_max_queued_messages</c>. What waits in all sessions, in memory and in the store. Default 0 = no limit.
    /// </summary>
    public long GlobalQueuedMessagesMax { get; init; }

    /// <summary><c>global_max_queued_bytes</c>. The same in payload bytes. Default 0 = no limit.</summary>
    public long GlobalQueuedBytesMax { get; init; }

    /// <summary><c>max_user_properties</c>. Of one message, a will included. Default 0 = no limit.</summary>
    public int UserPropertiesMax { get; init; }

    /// <summary><c>max_connections_per_address</c>. With or without CONNECT; IPv6 by /64. Default 0 = no limit.</summary>
    public int AddressConnectionsMax { get; init; }

    /// <summary><c>max_connections_per_user</c>. Connected clients with one user name. Default 0 = no limit.</summary>
    public int UserConnectionsMax { get; init; }

    /// <summary>
    /// <c>connect_rate_per_address</c>. CONNECT packets a second, as many at once; IPv6 by /64. Default 0 = no limit.
    /// </summary>
    public int AddressConnectsPerSecond { get; init; }

    /// <summary>
    /// <c>publish_rate</c>. PUBLISH packets a second of one client, as many at once; what comes faster is read later.
    /// Default 0 = no limit.
    /// </summary>
    public int PublishesPerSecond { get; init; }

    /// <summary>
    /// <c>publish_byte_rate</c>. Bytes of PUBLISH packets a second of one client; what comes faster is read later. Default 0 = no
    /// limit.
    /// </summary>
    public int PublishBytesPerSecond { get; init; }

    /// <summary>
    /// <c>publish_rate_per_address</c>. Messages of all clients of an address; IPv6 by /64. Default 0 = no limit.
    /// </summary>
    public int AddressPublishesPerSecond { get; init; }

    /// <summary><c>publish_byte_rate_per_address</c>. The same in bytes. Default 0 = no limit.</summary>
    public int AddressPublishBytesPerSecond { get; init; }

    /// <summary><c>max_wildcard_filters</c>. Subscriptions of one session with + or # in them. Default 0 = no limit.</summary>
    public int WildcardFiltersMax { get; init; }

    /// <summary><c>max_topic_levels</c>. Slashes in a topic or filter. Default 200, as in mosquitto. Range 1 to 1000.</summary>
    public int TopicLevelsMax { get; init; } = 200;

    /// <summary><c>max_retained_messages</c>. Of one client id: those that it published last. Default 0 = no limit.</summary>
    public int ClientRetainedMessagesMax { get; init; }

    /// <summary><c>max_retained_bytes</c>. Their payload bytes. Default 0 = no limit.</summary>
    public long ClientRetainedBytesMax { get; init; }

    /// <summary><c>max_pending_logins</c>. Passwords that wait to be verified. Default 1000. Range 1 to 1 000 000.</summary>
    public int PendingLoginsMax { get; init; } = 1000;
}
