using Broker.Protocol;

namespace Broker.UnitTests.Protocol;

/// <summary>A frame that must be understood, and that the encoder writes just so.</summary>
/// <param name="Wire">The frame, as <see cref="WireFrame"/> reads it.</param>
/// <param name="Version">The version of the connection.</param>
/// <param name="Packet">What it says.</param>
internal sealed record AcceptVector(string Wire, ProtocolVersion Version, object Packet)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Wire} ({Version})";
}
