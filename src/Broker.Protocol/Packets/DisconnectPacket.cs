using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Broker.Protocol.Properties;

namespace Broker.Protocol.Packets;

/// <summary>DISCONNECT (MQTT 5.0 section 3.14). Before 5.0 it says nothing and only clients send it.</summary>
public sealed record DisconnectPacket
{
    /// <summary>Why; <see cref="ReasonCode.Success"/> is a normal disconnection.</summary>
    public ReasonCode ReasonCode { get; init; }

    /// <summary>A new Session Expiry Interval in seconds, from a client only; null when absent.</summary>
    public uint? SessionExpiryIntervalSeconds { get; init; }

    /// <summary>For people: why.</summary>
    public string? ReasonString { get; init; }

    /// <summary>Another server to use.</summary>
    public string? ServerReference { get; init; }

    /// <summary>User properties.</summary>
    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    /// <summary>Decodes the body of a DISCONNECT.</summary>
    /// <param name="body">What follows the fixed header, the whole of it.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="packet">The packet; null on failure.</param>
    /// <param name="fault">Why it was refused.</param>
    public static bool TryDecode(
        ReadOnlySpan<byte> body, ProtocolVersion version,
        [NotNullWhen(true)] out DisconnectPacket? packet, [NotNullWhen(false)] out Fault? fault)
    {
        fault = Decode(body, version, out DisconnectPacket decoded);
        packet = decoded;
        return fault is null;
    }

    /// <summary>Writes the packet in its shortest form.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="version">The version of the connection.</param>
    public void Write(IBufferWriter<byte> output, ProtocolVersion version)
    {
        ArgumentNullException.ThrowIfNull(output);
        var measure = new PropertyWriter();
        WriteProperties(ref measure);
        bool isV5 = version == ProtocolVersion.Mqtt50;
        bool hasProperties = isV5 && measure.Length > 0;
        bool hasReason = hasProperties || (isV5 && ReasonCode != ReasonCode.Success);
        int remaining = (hasReason ? 1 : 0) + (hasProperties ? WireWriter.PropertiesLength(version, measure.Length) : 0);
        int total = WireWriter.FrameLength(remaining);

        // DISCONNECT: 0xE0 | remaining [| reason [| properties]]
        var writer = new WireWriter(output.GetSpan(total));
        writer.WriteFrameHeader(PacketType.Disconnect, 0, remaining);
        if (hasReason)
        {
            writer.WriteByte((byte)ReasonCode);
        }

        if (hasProperties)
        {
            var properties = new PropertyWriter(writer.TakeProperties(measure.Length));
            WriteProperties(ref properties);
        }

        output.Advance(total);
    }

    private static Fault? Decode(ReadOnlySpan<byte> body, ProtocolVersion version, out DisconnectPacket packet)
    {
        packet = new DisconnectPacket();
        if (body.IsEmpty)
        {
            return null;
        }

        if (version != ProtocolVersion.Mqtt50)
        {
            return Refuse(Faults.DisconnectBodyBeforeV5, out packet);
        }

        var reader = new SpanReader(body);
        reader.TryReadByte(out byte code);
        var reason = (ReasonCode)code;
        if (!ReasonCodes.IsAllowed(PacketType.Disconnect, reason))
        {
            return Refuse(Faults.DisconnectReasonInvalid, out packet);
        }

        packet = packet with { ReasonCode = reason };
        Fault? fault = reader.IsAtEnd ? null : ReadProperties(ref reader, ref packet);
        fault ??= reader.IsAtEnd ? null : Faults.TrailingBytes;
        return fault is null ? null : Refuse(fault, out packet);
    }

    private static Fault Refuse(Fault fault, out DisconnectPacket packet)
    {
        packet = null!;
        return fault;
    }

    private static Fault? ReadProperties(ref SpanReader reader, ref DisconnectPacket packet)
    {
        if (!reader.TryReadProperties(out ReadOnlySpan<byte> block))
        {
            return reader.Fault;
        }

        List<UserProperty> user = [];
        var properties = new PropertyReader(block, PropertyOwners.Disconnect);
        while (properties.MoveNext())
        {
            switch (properties.Id)
            {
                case PropertyId.SessionExpiryInterval:
                    packet = packet with { SessionExpiryIntervalSeconds = properties.Number };
                    break;
                case PropertyId.ReasonString:
                    packet = packet with { ReasonString = properties.Text };
                    break;
                case PropertyId.ServerReference:
                    packet = packet with { ServerReference = properties.Text };
                    break;
                case PropertyId.UserProperty:
                    user.Add(properties.User);
                    break;
            }
        }

        packet = packet with { UserProperties = user };
        return properties.Fault;
    }

    private void WriteProperties(ref PropertyWriter properties)
    {
        properties.Number(PropertyId.SessionExpiryInterval, SessionExpiryIntervalSeconds);
        properties.Text(PropertyId.ReasonString, ReasonString);
        properties.Text(PropertyId.ServerReference, ServerReference);
        properties.User(UserProperties);
    }
}
