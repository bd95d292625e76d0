namespace Broker.Protocol;

/// <summary>The protocol level byte of CONNECT (MQTT 3.1.1 section 3.1.2.2, MQTT 5.0 section 3.1.2.2).</summary>
public enum ProtocolVersion : byte
{
    /// <summary>Not known yet: no CONNECT was decoded.</summary>
    Unknown = 0,
    /// <summary>MQTT 3.1, protocol name <c>MQIsdp</c>.</summary>
    Mqtt31 = 3,
    /// <summary>MQTT 3.1.1.</summary>
    Mqtt311 = 4,
    /// <summary>MQTT 5.0.</summary>
    Mqtt50 = 5,
}
