using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Broker.Protocol.Packets;

/// <summary>UNSUBACK (MQTT 5.0 section 3.11).</summary>
/// <param name="PacketId">The packet identifier of the UNSUBSCRIBE.</param>
/// <param name="ReasonCodes">One for each filter, in their order; not on the wire before 5.0.</param>
/// <param name="ReasonString">5.0, for people: why.</param>
public sealed record UnsubAckPacket(ushort PacketId, IReadOnlyList<ReasonCode> ReasonCodes, string? ReasonString = null)
{
    /// <summary>5.0: user properties.</summary>
    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    /// <summary>Decodes the body of an UNSUBACK.</summary>
    /// <param name="body">What follows the fixed header, the whole of it.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="packet">The packet; null on failure.</param>
    /// <param name="fault">Why it was refused.</param>
    public static bool TryDecode(
        ReadOnlySpan<byte> body, ProtocolVersion version,
        [NotNullWhen(true)] out UnsubAckPacket? packet, [NotNullWhen(false)] out Fault? fault)
    {
        fault = Decode(body, version, out UnsubAckPacket decoded);
        packet = decoded;
        return fault is null;
    }

    /// <summary>Writes the packet.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="version">The version of the connection.</param>
    public void Write(IBufferWriter<byte> output, ProtocolVersion version)
    {
        ArgumentNullException.ThrowIfNull(output);
        bool isV5 = version == ProtocolVersion.Mqtt50;
        var texts = new ReasonProperties(ReasonString, UserProperties);
        int propertiesLength = texts.Measure();
        int remaining = 2 + (isV5 ? WireWriter.PropertiesLength(version, propertiesLength) + ReasonCodes.Count : 0);
        int total = WireWriter.FrameLength(remaining);

        // UNSUBACK: 0xB0 | remaining | packet id [| properties | { reason }]
        var writer = new WireWriter(output.GetSpan(total));
        writer.WriteFrameHeader(PacketType.UnsubAck, 0, remaining);
        writer.WriteUInt16(PacketId);
        if (isV5)
        {
            texts.Write(writer.TakeProperties(propertiesLength));
            foreach (ReasonCode reason in ReasonCodes)
            {
                writer.WriteByte((byte)reason);
            }
        }

        output.Advance(total);
    }

    private static Fault? Decode(ReadOnlySpan<byte> body, ProtocolVersion version, out UnsubAckPacket packet)
    {
        packet = null!;
        var reader = new SpanReader(body);
        if (!reader.TryReadUInt16(out ushort packetId))
        {
            return reader.Fault;
        }

        if (packetId == 0)
        {
            return Faults.PacketIdZero;
        }

        if (version != ProtocolVersion.Mqtt50)
        {
            packet = reader.IsAtEnd ? new UnsubAckPacket(packetId, []) : packet;
            return reader.IsAtEnd ? null : Faults.TrailingBytes;
        }

        if (ReasonProperties.Read(ref reader, version, PacketType.UnsubAck, out ReasonProperties texts) is { } fault)
        {
            return fault;
        }

        List<ReasonCode> reasons = [];
        foreach (byte code in reader.Rest)
        {
            if (!Packets.ReasonCodes.IsAllowed(PacketType.UnsubAck, (ReasonCode)code))
            {
                return Faults.UnsubAckReasonInvalid;
            }

            reasons.Add((ReasonCode)code);
        }

        if (reasons.Count == 0)
        {
            return Faults.UnsubAckWithoutReasonCode;
        }

        packet = new UnsubAckPacket(packetId, reasons, texts.ReasonString) { UserProperties = texts.UserProperties };
        return null;
    }
}
