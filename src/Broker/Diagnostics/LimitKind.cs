namespace Broker.Diagnostics;

/// <summary>A limit of ours that a peer met. In snake case it is its directive, where it has one.</summary>
internal enum LimitKind
{
    /// <summary><c>max_connect_packet_size</c>.</summary>
    MaxConnectPacketSize,
    /// <summary><c>connect_timeout</c>.</summary>
    ConnectTimeout,
    /// <summary><c>max_subscriptions</c>.</summary>
    MaxSubscriptions,
    /// <summary><c>global_max_subscriptions</c>.</summary>
    GlobalMaxSubscriptions,
    /// <summary><c>global_max_retained_messages</c>.</summary>
    GlobalMaxRetainedMessages,
    /// <summary><c>global_max_retained_bytes</c>.</summary>
    GlobalMaxRetainedBytes,
    /// <summary><c>max_user_properties</c>.</summary>
    MaxUserProperties,
    /// <summary><c>max_connections_per_address</c>.</summary>
    MaxConnectionsPerAddress,
    /// <summary><c>max_connections_per_user</c>.</summary>
    MaxConnectionsPerUser,
    /// <summary><c>connect_rate_per_address</c>.</summary>
    ConnectRatePerAddress,
    /// <summary><c>publish_rate</c>.</summary>
    PublishRate,
    /// <summary><c>publish_byte_rate</c>.</summary>
    PublishByteRate,
    /// <summary><c>publish_rate_per_address</c>.</summary>
    PublishRatePerAddress,
    /// <summary><c>publish_byte_rate_per_address</c>.</summary>
    PublishByteRatePerAddress,
    /// <summary><c>max_wildcard_filters</c>.</summary>
    MaxWildcardFilters,
    /// <summary><c>max_retained_messages</c>.</summary>
    MaxRetainedMessages,
    /// <summary><c>max_retained_bytes</c>.</summary>
    MaxRetainedBytes,
    /// <summary><c>max_pending_logins</c>.</summary>
    MaxPendingLogins,
    /// <summary><c>connect_rate</c>.</summary>
    ConnectRate,
    /// <summary><c>max_pending_connects</c>.</summary>
    MaxPendingConnects,
    /// <summary>No directive: the limit that the process was started with.</summary>
    FileDescriptors,
}
