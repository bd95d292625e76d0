using System.Diagnostics.CodeAnalysis;

namespace Broker.Protocol.Packets;

/// <summary>PINGREQ and PINGRESP, two bytes each (MQTT 5.0 sections 3.12 and 3.13).</summary>
public static class PingPackets
{
    /// <summary>The whole PINGREQ.</summary>
    public static ReadOnlySpan<byte> Request => [0xC0, 0x00];

    /// <summary>The whole PINGRESP.</summary>
    public static ReadOnlySpan<byte> Response => [0xD0, 0x00];

    /// <summary>Checks the body of either: there is none.</summary>
    /// <param name="body">What follows the fixed header, the whole of it.</param>
    /// <param name="fault">Why it was refused.</param>
    public static bool TryDecode(ReadOnlySpan<byte> body, [NotNullWhen(false)] out Fault? fault)
    {
        fault = body.IsEmpty ? null : Faults.PingWithBody;
        return fault is null;
    }
}
