using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Broker.Protocol.Packets;

/// <summary>PUBACK, PUBREC, PUBREL and PUBCOMP, which differ in their type only (MQTT 5.0 sections 3.4 to 3.7).</summary>
/// <param name="Type">Which of the four.</param>
/// <param name="PacketId">The packet identifier, not 0.</param>
/// <param name="ReasonCode">5.0: the result.</param>
/// <param name="ReasonString">5.0, for people: why.</param>
public readonly record struct AckPacket(
    PacketType Type, ushort PacketId, ReasonCode ReasonCode = ReasonCode.Success, string? ReasonString = null)
{
    /// <summary>The most bytes that the write without strings takes.</summary>
    public const int LengthMax = 5;

    private readonly IReadOnlyList<UserProperty>? _userProperties;

    /// <summary>5.0: user properties.</summary>
    public IReadOnlyList<UserProperty> UserProperties
    {
        get => _userProperties ?? [];
        init => _userProperties = value;
    }

    /// <summary>Decodes the body of an acknowledgement.</summary>
    /// <param name="type">Which of the four.</param>
    /// <param name="body">What follows the fixed header, the whole of it.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="packet">The packet; default on failure.</param>
    /// <param name="fault">Why it was refused.</param>
    public static bool TryDecode(
        PacketType type, ReadOnlySpan<byte> body, ProtocolVersion version,
        out AckPacket packet, [NotNullWhen(false)] out Fault? fault)
    {
        fault = Decode(type, body, version, out packet);
        return fault is null;
    }

    /// <summary>Writes an acknowledgement without strings and returns its length: no allocation.</summary>
    /// <param name="destination">At least <see cref="LengthMax"/> bytes.</param>
    /// <param name="type">Which of the four.</param>
    /// <param name="packetId">The packet identifier, not 0.</param>
    /// <param name="reasonCode">The result; only 5.0 can say it.</param>
    /// <param name="version">The version of the connection.</param>
    public static int Write(
        Span<byte> destination, PacketType type, ushort packetId, ReasonCode reasonCode, ProtocolVersion version)
    {
        // PUBACK: 0x40 | remaining | packet id [| reason, when it is not success]
        bool hasReason = version == ProtocolVersion.Mqtt50 && reasonCode != ReasonCode.Success;
        var writer = new WireWriter(destination);
        writer.WriteFrameHeader(type, FlagsOf(type), hasReason ? 3 : 2);
        writer.WriteUInt16(packetId);
        if (hasReason)
        {
            writer.WriteByte((byte)reasonCode);
        }

        return writer.Position;
    }

    /// <summary>Writes the packet in its shortest form.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="version">The version of the connection.</param>
    public void Write(IBufferWriter<byte> output, ProtocolVersion version)
    {
        ArgumentNullException.ThrowIfNull(output);
        var texts = new ReasonProperties(ReasonString, UserProperties);
        int propertiesLength = version == ProtocolVersion.Mqtt50 ? texts.Measure() : 0;
        if (propertiesLength == 0)
        {
            output.Advance(Write(output.GetSpan(LengthMax), Type, PacketId, ReasonCode, version));
            return;
        }

        int remaining = 3 + WireWriter.PropertiesLength(version, propertiesLength);
        int total = WireWriter.FrameLength(remaining);
        // PUBACK: 0x40 | remaining | packet id | reason | properties
        var writer = new WireWriter(output.GetSpan(total));
        writer.WriteFrameHeader(Type, FlagsOf(Type), remaining);
        writer.WriteUInt16(PacketId);
        writer.WriteByte((byte)ReasonCode);
        texts.Write(writer.TakeProperties(propertiesLength));
        output.Advance(total);
    }

    private static byte FlagsOf(PacketType type)
    {
        Debug.Assert(type is >= PacketType.PubAck and <= PacketType.PubComp, "not an acknowledgement of a PUBLISH");
        return type == PacketType.PubRel ? (byte)0x02 : (byte)0x00;
    }

    private static Fault? Decode(PacketType type, ReadOnlySpan<byte> body, ProtocolVersion version, out AckPacket packet)
    {
        packet = default;
        var reader = new SpanReader(body);
        if (!reader.TryReadUInt16(out ushort packetId))
        {
            return reader.Fault;
        }

        if (packetId == 0)
        {
            return Faults.PacketIdZero;
        }

        if (reader.IsAtEnd)
        {
            packet = new AckPacket(type, packetId);
            return null;
        }

        if (version != ProtocolVersion.Mqtt50)
        {
            return Faults.TrailingBytes;
        }

        reader.TryReadByte(out byte code);
        var reason = (ReasonCode)code;
        if (!ReasonCodes.IsAllowed(type, reason))
        {
            return type switch
            {
                PacketType.PubAck => Faults.PubAckReasonInvalid,
                PacketType.PubRec => Faults.PubRecReasonInvalid,
                PacketType.PubRel => Faults.PubRelReasonInvalid,
                _ => Faults.PubCompReasonInvalid,
            };
        }

        if (reader.IsAtEnd)
        {
            packet = new AckPacket(type, packetId, reason);
            return null;
        }

        if (ReasonProperties.Read(ref reader, version, type, out ReasonProperties texts) is { } fault)
        {
            return fault;
        }

        if (!reader.IsAtEnd)
        {
            return Faults.TrailingBytes;
        }

        packet = new AckPacket(type, packetId, reason, texts.ReasonString) { UserProperties = texts.UserProperties };
        return null;
    }
}
