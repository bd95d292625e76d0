namespace Broker.Protocol;

/// <summary>The control packet type, the high four bits of the first byte (MQTT 5.0 section 2.1.2).</summary>
public enum PacketType : byte
{
    /// <summary>Not a packet: type 0 is forbidden.</summary>
    Reserved = 0,
    /// <summary>Client to server: request to connect.</summary>
    Connect = 1,
    /// <summary>Server to client: answer to CONNECT.</summary>
    ConnAck = 2,
    /// <summary>Either way: an application message.</summary>
    Publish = 3,
    /// <summary>Either way: QoS 1 acknowledgement.</summary>
    PubAck = 4,
    /// <summary>Either way: QoS 2, first answer.</summary>
    PubRec = 5,
    /// <summary>Either way: QoS 2, release.</summary>
    PubRel = 6,
    /// <summary>Either way: QoS 2, done.</summary>
    PubComp = 7,
    /// <summary>Client to server: subscribe.</summary>
    Subscribe = 8,
    /// <summary>Server to client: answer to SUBSCRIBE.</summary>
    SubAck = 9,
    /// <summary>Client to server: unsubscribe.</summary>
    Unsubscribe = 10,
    /// <summary>Server to client: answer to UNSUBSCRIBE.</summary>
    UnsubAck = 11,
    /// <summary>Client to server: are you there.</summary>
    PingReq = 12,
    /// <summary>Server to client: yes.</summary>
    PingResp = 13,
    /// <summary>The last packet; before 5.0 from the client only.</summary>
    Disconnect = 14,
    /// <summary>Either way, 5.0 only: enhanced authentication.</summary>
    Auth = 15,
}
