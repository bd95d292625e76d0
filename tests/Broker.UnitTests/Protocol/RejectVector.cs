using Broker.Protocol;
using Broker.Protocol.Packets;

namespace Broker.UnitTests.Protocol;

/// <summary>A frame that must be refused.</summary>
/// <param name="Fault">Name of the fault in <see cref="Faults"/>.</param>
/// <param name="Wire">The frame, as <see cref="WireFrame"/> reads it.</param>
/// <param name="Version">The version of the connection; a CONNECT says its own.</param>
/// <param name="PacketBytesMax">The receiver's limit, 0 for none.</param>
/// <param name="Direction">Who sent it, where that matters.</param>
internal sealed record RejectVector(
    string Fault, string Wire, ProtocolVersion Version = ProtocolVersion.Mqtt50, int PacketBytesMax = 0,
    PublishDirection Direction = PublishDirection.FromClient)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Fault}: {Wire} ({Version})";
}
