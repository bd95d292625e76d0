namespace Broker.Protocol;

/// <summary>Delivery guarantee of an application message (MQTT 5.0 section 4.3).</summary>
public enum QualityOfService : byte
{
    /// <summary>QoS 0.</summary>
    AtMostOnce = 0,
    /// <summary>QoS 1.</summary>
    AtLeastOnce = 1,
    /// <summary>QoS 2.</summary>
    ExactlyOnce = 2,
}
