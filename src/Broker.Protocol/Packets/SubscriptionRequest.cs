namespace Broker.Protocol.Packets;

/// <summary>One filter of a SUBSCRIBE with its options byte (MQTT 5.0 section 3.8.3.1).</summary>
/// <param name="Filter">The topic filter as it came, a shared one with its prefix.</param>
/// <param name="Options">The options byte; before 5.0 the requested QoS alone.</param>
public readonly record struct SubscriptionRequest(string Filter, byte Options)
{
    /// <summary>The highest QoS that the client wants.</summary>
    public QualityOfService Qos => (QualityOfService)(Options & 0x03);

    /// <summary>5.0: not the client's own messages.</summary>
    public bool NoLocal => (Options & 0x04) != 0;

    /// <summary>5.0: RETAIN stays as it was published.</summary>
    public bool RetainAsPublished => (Options & 0x08) != 0;

    /// <summary>5.0: retained messages are sent: 0 always, 1 for a new subscription, 2 never.</summary>
    public byte RetainHandling => (byte)(Options >> 4 & 0x03);

    /// <summary>The options byte of its parts.</summary>
    /// <param name="qos">The highest QoS wanted.</param>
    /// <param name="noLocal">Not the client's own messages.</param>
    /// <param name="retainAsPublished">RETAIN stays as it was published.</param>
    /// <param name="retainHandling">0, 1 or 2.</param>
    public static byte ToOptions(
        QualityOfService qos, bool noLocal = false, bool retainAsPublished = false, int retainHandling = 0) =>
        (byte)((int)qos | (noLocal ? 0x04 : 0) | (retainAsPublished ? 0x08 : 0) | retainHandling << 4);
}
