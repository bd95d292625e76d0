using Broker.Protocol.Packets;

namespace Broker.CrashHarness.Clients;

/// <summary>
/// What a client does with its connections: it publishes, subscribes, or has a will. Its state outlives every connection. All
/// members are called under the client's lock.
/// </summary>
internal interface IClientRole
{
    /// <summary>The CONNECT of the next connection.</summary>
    ConnectPacket NextConnect();

    /// <summary>The broker has let it in.</summary>
    void Connected(ConnAckPacket answer, Link link);

    /// <summary>A packet came.</summary>
    void Received(object packet, Link link);

    /// <summary>The connection is gone, for whatever reason.</summary>
    void Closed();
}
