namespace Broker.Protocol.Packets;

/// <summary>The will of a CONNECT (MQTT 5.0 section 3.1.2.5).</summary>
public sealed record WillMessage
{
    /// <summary>Topic name.</summary>
    public required string Topic { get; init; }

    /// <summary>Payload, a copy.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>QoS to publish with.</summary>
    public QualityOfService Qos { get; init; }

    /// <summary>Publish retained.</summary>
    public bool Retain { get; init; }

    /// <summary>5.0: Will Delay Interval in seconds; 0 when absent.</summary>
    public uint DelaySeconds { get; init; }

    /// <summary>5.0: Message Expiry Interval in seconds; null for none.</summary>
    public uint? MessageExpirySeconds { get; init; }

    /// <summary>
    /// 5.0: the other properties, encoded, in their order, without a length prefix: what the PUBLISH will carry.
    /// </summary>
    public ReadOnlyMemory<byte> ForwardedProperties { get; init; }
}
