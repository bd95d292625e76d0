namespace Broker.Protocol.Properties;

/// <summary>
/// The packets that may carry a property: a bit for each <see cref="PacketType"/>, and bit 0 for the will in CONNECT.
/// </summary>
[Flags]
public enum PropertyOwners : ushort
{
#pragma warning disable CS1591 // The names are the packets'.
    None = 0,
    Will = 1 << 0,
    Connect = 1 << PacketType.Connect,
    ConnAck = 1 << PacketType.ConnAck,
    Publish = 1 << PacketType.Publish,
    PubAck = 1 << PacketType.PubAck,
    PubRec = 1 << PacketType.PubRec,
    PubRel = 1 << PacketType.PubRel,
    PubComp = 1 << PacketType.PubComp,
    Subscribe = 1 << PacketType.Subscribe,
    SubAck = 1 << PacketType.SubAck,
    Unsubscribe = 1 << PacketType.Unsubscribe,
    UnsubAck = 1 << PacketType.UnsubAck,
    Disconnect = 1 << PacketType.Disconnect,
    Auth = 1 << PacketType.Auth,
#pragma warning restore CS1591
}
