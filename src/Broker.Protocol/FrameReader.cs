using System.Buffers;

namespace Broker.Protocol;

/// <summary>
/// Finds packets in a stream of bytes. Keeps no state: a packet that is not complete is looked at again from its start.
/// </summary>
public static class FrameReader
{
    /// <summary>The largest Remaining Length that four bytes can say (MQTT 5.0 section 1.5.5).</summary>
    public const int RemainingLengthMax = 268_435_455;

    private const int HeaderLengthMax = 5;

    /// <summary>Looks for one packet at the start of <paramref name="buffer"/>.</summary>
    /// <param name="buffer">What was received so far.</param>
    /// <param name="packetBytesMax">Limit of the whole packet in bytes, 0 for none.</param>
    /// <param name="header">The fixed header where it is complete, also when the body is not; else default.</param>
    /// <param name="fault">Why the status is malformed or too large; else null.</param>
    public static FrameStatus TryRead(
        ReadOnlySpan<byte> buffer, int packetBytesMax, out FrameHeader header, out Fault? fault) =>
        Read(buffer, buffer.Length, packetBytesMax, ProtocolVersion.Unknown, out header, out fault);

    /// <summary>
    /// As above, for a peer whose version is known: 3.1 may set DUP on PUBREL, SUBSCRIBE and UNSUBSCRIBE, 3.1 and 3.1.1 may
    /// write the Remaining Length in more bytes than it needs.
    /// </summary>
    /// <param name="buffer">What was received so far.</param>
    /// <param name="packetBytesMax">Limit of the whole packet in bytes, 0 for none.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="header">The fixed header where it is complete, also when the body is not; else default.</param>
    /// <param name="fault">Why the status is malformed or too large; else null.</param>
    public static FrameStatus TryRead(
        ReadOnlySpan<byte> buffer, int packetBytesMax, ProtocolVersion version, out FrameHeader header, out Fault? fault) =>
        Read(buffer, buffer.Length, packetBytesMax, version, out header, out fault);

    /// <summary>As above, over a sequence; its segments may divide the packet anywhere.</summary>
    /// <param name="buffer">What was received so far.</param>
    /// <param name="packetBytesMax">Limit of the whole packet in bytes, 0 for none.</param>
    /// <param name="header">The fixed header where it is complete, also when the body is not; else default.</param>
    /// <param name="fault">Why the status is malformed or too large; else null.</param>
    public static FrameStatus TryRead(
        in ReadOnlySequence<byte> buffer, int packetBytesMax, out FrameHeader header, out Fault? fault) =>
        TryRead(buffer, packetBytesMax, ProtocolVersion.Unknown, out header, out fault);

    /// <summary>As above, over a sequence and for a peer whose version is known.</summary>
    /// <param name="buffer">What was received so far.</param>
    /// <param name="packetBytesMax">Limit of the whole packet in bytes, 0 for none.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="header">The fixed header where it is complete, also when the body is not; else default.</param>
    /// <param name="fault">Why the status is malformed or too large; else null.</param>
    public static FrameStatus TryRead(
        in ReadOnlySequence<byte> buffer, int packetBytesMax, ProtocolVersion version, out FrameHeader header, out Fault? fault)
    {
        ReadOnlySpan<byte> first = buffer.FirstSpan;
        if (first.Length >= HeaderLengthMax || buffer.IsSingleSegment)
        {
            return Read(first, buffer.Length, packetBytesMax, version, out header, out fault);
        }

        Span<byte> start = stackalloc byte[HeaderLengthMax];
        int length = (int)Math.Min(HeaderLengthMax, buffer.Length);
        buffer.Slice(0, length).CopyTo(start);
        return Read(start[..length], buffer.Length, packetBytesMax, version, out header, out fault);
    }

    private static FrameStatus Read(
        ReadOnlySpan<byte> start, long available, int packetBytesMax, ProtocolVersion version,
        out FrameHeader header, out Fault? fault)
    {
        header = default;
        fault = null;
        if (start.IsEmpty)
        {
            return FrameStatus.Incomplete;
        }

        fault = CheckFirstByte(start[0], version);
        if (fault is not null)
        {
            return FrameStatus.Malformed;
        }

        VarIntStatus status = VarInt.TryRead(start[1..], out uint remaining, out int lengthBytes);
        if (status != VarIntStatus.Read)
        {
            if (status == VarIntStatus.Incomplete)
            {
                return FrameStatus.Incomplete;
            }

            if (status == VarIntStatus.Overlong || !MayPad(start[0], version))
            {
                fault = Faults.RemainingLengthOverlong;
                return FrameStatus.Malformed;
            }
        }

        header = new FrameHeader(start[0], 1 + lengthBytes, (int)remaining);
        if (packetBytesMax > 0 && header.TotalLength > packetBytesMax)
        {
            fault = Faults.PacketTooLarge;
            return FrameStatus.TooLarge;
        }

        return available >= header.TotalLength ? FrameStatus.Complete : FrameStatus.Incomplete;
    }

    /// <summary>
    /// Only 5.0 forbids a Remaining Length of more bytes than it needs [MQTT-1.5.5-1], and there are clients of 3.1.1 that
    /// always write four. What a CONNECT is of is not known yet.
    /// </summary>
    private static bool MayPad(byte first, ProtocolVersion version) => version switch
    {
        ProtocolVersion.Mqtt31 or ProtocolVersion.Mqtt311 => true,
        ProtocolVersion.Unknown => (PacketType)(first >> 4) == PacketType.Connect,
        _ => false,
    };

    private static Fault? CheckFirstByte(byte first, ProtocolVersion version)
    {
        int flags = first & 0x0F;
        switch ((PacketType)(first >> 4))
        {
            case PacketType.Publish:
                return null;
            case PacketType.Reserved:
                return Faults.PacketTypeReserved;
            case PacketType.PubRel or PacketType.Subscribe or PacketType.Unsubscribe:
                // 3.1 counts these as QoS 1 packets that are sent again with DUP.
                bool isRepeat = version == ProtocolVersion.Mqtt31 && flags == 0x0A;
                return flags == 0x02 || isRepeat ? null : Faults.FixedHeaderFlagsInvalid;
            default:
                return flags == 0 ? null : Faults.FixedHeaderFlagsInvalid;
        }
    }
}
