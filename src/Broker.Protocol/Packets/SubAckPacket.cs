using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Broker.Protocol.Packets;

/// <summary>SUBACK (MQTT 5.0 section 3.9).</summary>
/// <param name="PacketId">The packet identifier of the SUBSCRIBE.</param>
/// <param name="ReasonCodes">One for each filter, in their order; before 5.0 every failure is written as 0x80.</param>
/// <param name="ReasonString">5.0, for people: why.</param>
public sealed record SubAckPacket(ushort PacketId, IReadOnlyList<ReasonCode> ReasonCodes, string? ReasonString = null)
{
    /// <summary>5.0: user properties.</summary>
    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    /// <summary>Decodes the body of a SUBACK.</summary>
    /// <param name="body">What follows the fixed header, the whole of it.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="packet">The packet; null on failure.</param>
    /// <param name="fault">Why it was refused.</param>
    public static bool TryDecode(
        ReadOnlySpan<byte> body, ProtocolVersion version,
        [NotNullWhen(true)] out SubAckPacket? packet, [NotNullWhen(false)] out Fault? fault)
    {
        fault = Decode(body, version, out SubAckPacket decoded);
        packet = decoded;
        return fault is null;
    }

    /// <summary>Writes the packet.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="version">The version of the connection.</param>
    public void Write(IBufferWriter<byte> output, ProtocolVersion version)
    {
        ArgumentNullException.ThrowIfNull(output);
        var texts = new ReasonProperties(ReasonString, UserProperties);
        int propertiesLength = texts.Measure();
        int remaining = 2 + WireWriter.PropertiesLength(version, propertiesLength) + ReasonCodes.Count;
        int total = WireWriter.FrameLength(remaining);
        bool isV5 = version == ProtocolVersion.Mqtt50;

        // SUBACK: 0x90 | remaining | packet id [| properties] | { reason }
        var writer = new WireWriter(output.GetSpan(total));
        writer.WriteFrameHeader(PacketType.SubAck, 0, remaining);
        writer.WriteUInt16(PacketId);
        if (isV5)
        {
            texts.Write(writer.TakeProperties(propertiesLength));
        }

        foreach (ReasonCode reason in ReasonCodes)
        {
            bool isFailure = reason >= ReasonCode.UnspecifiedError;
            writer.WriteByte((byte)(isFailure && !isV5 ? ReasonCode.UnspecifiedError : reason));
        }

        output.Advance(total);
    }

    private static Fault? Decode(ReadOnlySpan<byte> body, ProtocolVersion version, out SubAckPacket packet)
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

        if (ReasonProperties.Read(ref reader, version, PacketType.SubAck, out ReasonProperties texts) is { } fault)
        {
            return fault;
        }

        List<ReasonCode> reasons = [];
        foreach (byte code in reader.Rest)
        {
            var reason = (ReasonCode)code;
            bool isKnownBefore5 = reason <= ReasonCode.GrantedQos2 || reason == ReasonCode.UnspecifiedError;
            bool isKnown = version == ProtocolVersion.Mqtt50
                ? Packets.ReasonCodes.IsAllowed(PacketType.SubAck, reason)
                : isKnownBefore5;
            if (!isKnown)
            {
                return Faults.SubAckReasonInvalid;
            }

            reasons.Add(reason);
        }

        if (reasons.Count == 0)
        {
            return Faults.SubAckWithoutReasonCode;
        }

        packet = new SubAckPacket(packetId, reasons, texts.ReasonString) { UserProperties = texts.UserProperties };
        return null;
    }
}
