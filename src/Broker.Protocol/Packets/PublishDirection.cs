namespace Broker.Protocol.Packets;

/// <summary>Who sent a PUBLISH; only a server may send Subscription Identifiers (MQTT-3.3.4-6).</summary>
public enum PublishDirection
{
    /// <summary>A client published.</summary>
    FromClient,
    /// <summary>A server delivers.</summary>
    FromServer,
}
