using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Broker.Protocol.Topics;

namespace Broker.Protocol.Packets;

/// <summary>UNSUBSCRIBE (MQTT 5.0 section 3.10).</summary>
/// <param name="PacketId">The packet identifier, not 0.</param>
/// <param name="Filters">One or more valid filters.</param>
public sealed record UnsubscribePacket(ushort PacketId, IReadOnlyList<string> Filters)
{
    /// <summary>5.0: user properties.</summary>
    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    /// <summary>Decodes the body of an UNSUBSCRIBE.</summary>
    /// <param name="body">What follows the fixed header, the whole of it.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="packet">The packet; null on failure.</param>
    /// <param name="fault">Why it was refused.</param>
    public static bool TryDecode(
        ReadOnlySpan<byte> body, ProtocolVersion version,
        [NotNullWhen(true)] out UnsubscribePacket? packet, [NotNullWhen(false)] out Fault? fault)
    {
        fault = Decode(body, version, out UnsubscribePacket decoded);
        packet = decoded;
        return fault is null;
    }

    /// <summary>Writes the packet.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="version">The version of the connection.</param>
    public void Write(IBufferWriter<byte> output, ProtocolVersion version)
    {
        ArgumentNullException.ThrowIfNull(output);
        var texts = new ReasonProperties(null, UserProperties);
        int propertiesLength = texts.Measure();
        int remaining = 2 + WireWriter.PropertiesLength(version, propertiesLength);
        foreach (string filter in Filters)
        {
            remaining += WireWriter.Utf8Length(filter);
        }

        int total = WireWriter.FrameLength(remaining);
        // UNSUBSCRIBE: 0xA2 | remaining | packet id [| properties] | { filter }
        var writer = new WireWriter(output.GetSpan(total));
        writer.WriteFrameHeader(PacketType.Unsubscribe, 0x02, remaining);
        writer.WriteUInt16(PacketId);
        if (version == ProtocolVersion.Mqtt50)
        {
            texts.Write(writer.TakeProperties(propertiesLength));
        }

        foreach (string filter in Filters)
        {
            writer.WriteUtf8(filter);
        }

        output.Advance(total);
    }

    private static Fault? Decode(ReadOnlySpan<byte> body, ProtocolVersion version, out UnsubscribePacket packet)
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

        if (ReasonProperties.Read(ref reader, version, PacketType.Unsubscribe, out ReasonProperties texts) is { } fault)
        {
            return fault;
        }

        List<string> filters = [];
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadUtf8(out ReadOnlySpan<byte> utf8))
            {
                return reader.Fault;
            }

            string filter = Encoding.UTF8.GetString(utf8);
            if (TopicFilter.Check(filter) is { } refusal)
            {
                return refusal;
            }

            filters.Add(filter);
        }

        if (filters.Count == 0)
        {
            return Faults.UnsubscribeWithoutFilter;
        }

        packet = new UnsubscribePacket(packetId, filters) { UserProperties = texts.UserProperties };
        return null;
    }
}
