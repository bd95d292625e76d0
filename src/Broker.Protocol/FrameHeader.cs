namespace Broker.Protocol;

/// <summary>The fixed header of a packet (MQTT 5.0 section 2.1.1).</summary>
/// <param name="FirstByte">Packet type and flags as they came.</param>
/// <param name="HeaderLength">Bytes of the fixed header, 2 to 5.</param>
/// <param name="RemainingLength">Bytes that follow the fixed header.</param>
public readonly record struct FrameHeader(byte FirstByte, int HeaderLength, int RemainingLength)
{
    /// <summary>The high four bits of the first byte.</summary>
    public PacketType Type => (PacketType)(FirstByte >> 4);

    /// <summary>The low four bits of the first byte.</summary>
    public byte Flags => (byte)(FirstByte & 0x0F);

    /// <summary>True when the Remaining Length has more bytes than it needs, which 5.0 forbids [MQTT-1.5.5-1].</summary>
    public bool IsLengthPadded => HeaderLength - 1 > VarInt.LengthOf((uint)RemainingLength);

    /// <summary>Bytes of the whole packet.</summary>
    public int TotalLength => HeaderLength + RemainingLength;
}
