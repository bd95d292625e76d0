namespace Broker.Protocol.Packets;

/// <summary>
/// What <see cref="PublishEncoder"/> writes. Everything from <see cref="ForwardedProperties"/> to <see cref="TopicAlias"/>
/// is of 5.0 only.
/// </summary>
public ref struct PublishFields
{
    /// <summary>Sent before.</summary>
    public bool Dup { get; init; }

    /// <summary>The QoS of this sending.</summary>
    public QualityOfService Qos { get; init; }

    /// <summary>The RETAIN flag.</summary>
    public bool Retain { get; init; }

    /// <summary>The topic name; empty when <see cref="TopicAlias"/> is known to the receiver.</summary>
    public ReadOnlySpan<byte> TopicUtf8 { get; set; }

    /// <summary>The packet identifier; not written with QoS 0.</summary>
    public ushort PacketId { get; init; }

    /// <summary>Encoded properties without a length prefix, written as they are.</summary>
    public ReadOnlySpan<byte> ForwardedProperties { get; init; }

    /// <summary>Message Expiry Interval in seconds; null for none.</summary>
    public uint? MessageExpirySeconds { get; init; }

    /// <summary>Subscription Identifiers, 1 to 268,435,455 each.</summary>
    public ReadOnlySpan<uint> SubscriptionIds { get; init; }

    /// <summary>The topic alias; 0 for none.</summary>
    public ushort TopicAlias { get; set; }

    /// <summary>The application message.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }
}
