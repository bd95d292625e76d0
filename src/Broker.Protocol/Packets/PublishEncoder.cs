using System.Buffers;
using System.Diagnostics;
using Broker.Protocol.Properties;

namespace Broker.Protocol.Packets;

/// <summary>Encodes PUBLISH in both directions (MQTT 5.0 section 3.3), without allocating.</summary>
public static class PublishEncoder
{
    /// <summary>
    /// Bytes of the whole packet. More than <see cref="FrameReader.RemainingLengthMax"/> bytes cannot be written.
    /// </summary>
    /// <param name="version">The version of the connection.</param>
    /// <param name="fields">What to write.</param>
    public static int GetLength(ProtocolVersion version, in PublishFields fields) =>
        WireWriter.FrameLength(RemainingLength(version, fields));

    /// <summary>Writes the whole packet and returns its length.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="fields">What to write.</param>
    public static void Write(IBufferWriter<byte> output, ProtocolVersion version, in PublishFields fields)
    {
        ArgumentNullException.ThrowIfNull(output);
        Span<byte> span = output.GetSpan(GetLength(version, fields));
        output.Advance(Write(span, version, fields));
    }

    /// <summary>Writes the whole packet and returns its length. The order of the properties is mosquitto's.</summary>
    /// <param name="destination">At least <see cref="GetLength"/> bytes.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="fields">What to write.</param>
    public static int Write(Span<byte> destination, ProtocolVersion version, in PublishFields fields)
    {
        // PUBLISH: 0x3f | remaining | topic [| packet id] [| properties: forwarded, expiry, subscription ids, alias] | payload
        var writer = new WireWriter(destination);
        writer.WriteFrameHeader(PacketType.Publish, Flags(fields), RemainingLength(version, fields));
        writer.WriteBinary(fields.TopicUtf8);
        if (fields.Qos != QualityOfService.AtMostOnce)
        {
            Debug.Assert(fields.PacketId != 0, "a packet id is owed above QoS 0");
            writer.WriteUInt16(fields.PacketId);
        }

        if (version == ProtocolVersion.Mqtt50)
        {
            WriteProperties(ref writer, fields);
        }

        writer.WriteRaw(fields.Payload);
        return writer.Position;
    }

    /// <summary>Bytes of a whole packet that has no properties but the forwarded ones.</summary>
    /// <param name="version">The version of the connection.</param>
    /// <param name="topicBytes">Bytes of the topic name.</param>
    /// <param name="qos">The QoS of this sending.</param>
    /// <param name="propertiesBytes">Bytes of the forwarded properties; not counted before 5.0.</param>
    /// <param name="payloadBytes">Bytes of the payload.</param>
    public static int GetPlainLength(
        ProtocolVersion version, int topicBytes, QualityOfService qos, int propertiesBytes, int payloadBytes) =>
        WireWriter.FrameLength(LengthAfterHeader(version, topicBytes, qos, propertiesBytes, payloadBytes));

    /// <summary>
    /// Writes a whole packet that has no properties but the forwarded ones, is sent for the first time and was not retained. What
    /// nearly every message is: <see cref="PublishFields"/> can do more and costs more.
    /// </summary>
    /// <param name="destination">At least as many bytes as <see cref="GetPlainLength"/> says.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="topicUtf8">The topic name.</param>
    /// <param name="qos">The QoS of this sending.</param>
    /// <param name="packetId">The packet identifier; not written with QoS 0.</param>
    /// <param name="properties">Encoded properties without a length prefix; not written before 5.0.</param>
    /// <param name="payload">The application message.</param>
    public static void WritePlain(
        Span<byte> destination, ProtocolVersion version, ReadOnlySpan<byte> topicUtf8, QualityOfService qos,
        ushort packetId, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> payload)
    {
        int remaining = LengthAfterHeader(version, topicUtf8.Length, qos, properties.Length, payload.Length);
        var writer = new WireWriter(destination);
        writer.WriteFrameHeader(PacketType.Publish, (byte)((int)qos << 1), remaining);
        writer.WriteBinary(topicUtf8);
        if (qos != QualityOfService.AtMostOnce)
        {
            Debug.Assert(packetId != 0, "a packet id is owed above QoS 0");
            writer.WriteUInt16(packetId);
        }

        if (version == ProtocolVersion.Mqtt50)
        {
            writer.WriteVarInt((uint)properties.Length);
            writer.WriteRaw(properties);
        }

        writer.WriteRaw(payload);
    }

    private static byte Flags(in PublishFields fields) =>
        (byte)((fields.Dup ? 0x08 : 0) | (int)fields.Qos << 1 | (fields.Retain ? 0x01 : 0));

    private static int RemainingLength(ProtocolVersion version, in PublishFields fields) =>
        LengthAfterHeader(
            version, fields.TopicUtf8.Length, fields.Qos, PropertiesLength(fields), fields.Payload.Length);

    private static int LengthAfterHeader(
        ProtocolVersion version, int topicBytes, QualityOfService qos, int propertiesBytes, int payloadBytes) =>
        2 + topicBytes
        + (qos == QualityOfService.AtMostOnce ? 0 : 2)
        + WireWriter.PropertiesLength(version, propertiesBytes)
        + payloadBytes;

    private static int PropertiesLength(in PublishFields fields)
    {
        int length = fields.ForwardedProperties.Length
            + (fields.MessageExpirySeconds.HasValue ? 5 : 0)
            + (fields.TopicAlias != 0 ? 3 : 0);
        foreach (uint id in fields.SubscriptionIds)
        {
            length += 1 + WireWriter.VarIntLength(id);
        }

        return length;
    }

    private static void WriteProperties(ref WireWriter writer, in PublishFields fields)
    {
        writer.WriteVarInt((uint)PropertiesLength(fields));
        writer.WriteRaw(fields.ForwardedProperties);
        if (fields.MessageExpirySeconds is { } seconds)
        {
            writer.WriteByte((byte)PropertyId.MessageExpiryInterval);
            writer.WriteUInt32(seconds);
        }

        foreach (uint id in fields.SubscriptionIds)
        {
            writer.WriteByte((byte)PropertyId.SubscriptionIdentifier);
            writer.WriteVarInt(id);
        }

        if (fields.TopicAlias != 0)
        {
            writer.WriteByte((byte)PropertyId.TopicAlias);
            writer.WriteUInt16(fields.TopicAlias);
        }
    }
}
