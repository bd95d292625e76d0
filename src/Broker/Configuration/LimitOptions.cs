namespace Broker.Configuration;

/// <summary>Limits with mosquitto 2.1's names, units and defaults.</summary>
internal sealed record LimitOptions
{
    /// <summary>
    /// <c>max_inflight_messages</c>. Outgoing QoS 1 and 2 messages awaiting completion per client. Default 20, 0 = no limit.
    /// </summary>
    public int InflightMessagesMax { get; init; } = 20;

    /// <summary><c>max_inflight_bytes</c>. The same in payload bytes; one message always passes. Default 0 = no limit.</summary>
    public long InflightBytesMax { get; init; }

    /// <summary>
    /// <c>max_queued_messages</c>. Messages waiting per client beyond those in flight. Default 1000, 0 = no limit.
    /// </summary>
    public int QueuedMessagesMax { get; init; } = 1000;

    /// <summary><c>max_queued_bytes</c>. The same in payload bytes. Default 0 = no limit.</summary>
    public long QueuedBytesMax { get; init; }

    /// <summary><c>drop_policy</c>, ours. What goes when a session's queue is full. Default newest, as in mosquitto.</summary>
    public DropPolicy DropPolicy { get; init; }

    /// <summary>
    /// <c>max_packet_size</c>. Largest MQTT packet, bytes. Default 2 000 000 (mosquitto 2.1). Range 20 to 268 435 455.
    /// </summary>
    public int PacketBytesMax { get; init; } = 2_000_000;

    /// <summary><c>message_size_limit</c>. Largest payload, bytes; larger ones are dropped. Default 0 = no limit.</summary>
    public int PayloadBytesMax { get; init; }

    /// <summary>
    /// <c>max_keepalive</c>. Seconds. Default 0 = any. v5 clients above it get Server Keep Alive, older ones are refused.
    /// </summary>
    public int KeepAliveSecondsMax { get; init; }

    /// <summary><c>global_max_clients</c>. Sessions, connected or not. Default -1 = no limit.</summary>
    public int SessionsMax { get; init; } = -1;

    /// <summary><c>global_max_connections</c>. Connected clients. Default -1 = no limit.</summary>
    public int ConnectionsMax { get; init; } = -1;

    /// <summary>
    /// <c>persistent_client_expiration</c>. How long an absent session is kept. Default null = as the client asked.
    /// </summary>
    public TimeSpan? PersistentClientExpiration { get; init; }

    /// <summary>
    /// <c>takeover_delay_max</c>, ours. How far apart takeovers of a client id that is fought over are kept at the end. Default
    /// 30 s, 0 = they are not slowed down.
    /// </summary>
    public TimeSpan TakeoverDelayMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Limits of ours of what peers can make grow.</summary>
    public PeerLimitOptions Peers { get; init; } = new();

    /// <summary>How many bans there may be, and what is banned by itself. Ours.</summary>
    public BanOptions Bans { get; init; } = new();

    /// <summary><c>queue_qos0_messages</c>. Queue QoS 0 for absent persistent sessions too. Default false.</summary>
    public bool QueueQos0Messages { get; init; }

    /// <summary><c>upgrade_outgoing_qos</c>. Deliver with the subscription's QoS. Default false.</summary>
    public bool UpgradeOutgoingQos { get; init; }

    /// <summary>
    /// <c>allow_duplicate_messages</c>. One copy per overlapping subscription instead of one per client. Default true.
    /// </summary>
    public bool AllowDuplicateMessages { get; init; } = true;

    /// <summary><c>retain_available</c>. Default true.</summary>
    public bool IsRetainAvailable { get; init; } = true;

    /// <summary><c>retain_expiry_interval</c>. How often expired retained messages are swept. Default null = lazily.</summary>
    public TimeSpan? RetainExpirySweep { get; init; }
}
