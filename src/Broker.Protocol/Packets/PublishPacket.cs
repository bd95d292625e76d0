using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Broker.Protocol.Properties;
using Broker.Protocol.Topics;

namespace Broker.Protocol.Packets;

/// <summary>
/// A PUBLISH as a view over its frame (MQTT 5.0 section 3.3); it lives as long as the buffer does and allocates nothing.
/// </summary>
public ref struct PublishPacket
{
    /// <summary>May have been sent before.</summary>
    public bool Dup { get; private set; }

    /// <summary>The QoS of this sending.</summary>
    public QualityOfService Qos { get; private set; }

    /// <summary>To be retained; from a server: was retained.</summary>
    public bool Retain { get; private set; }

    /// <summary>The topic name, validated; empty when <see cref="TopicAlias"/> stands for it.</summary>
    public ReadOnlySpan<byte> TopicUtf8 { get; private set; }

    /// <summary>The packet identifier; 0 with QoS 0.</summary>
    public ushort PacketId { get; private set; }

    /// <summary>The application message.</summary>
    public ReadOnlySpan<byte> Payload { get; private set; }

    /// <summary>5.0: the topic alias; 0 when absent.</summary>
    public ushort TopicAlias { get; private set; }

    /// <summary>5.0: a Message Expiry Interval was given.</summary>
    public bool HasMessageExpiry { get; private set; }

    /// <summary>
    /// 5.0: the Message Expiry Interval in seconds; look at <see cref="HasMessageExpiry"/> first, 0 is a value.
    /// </summary>
    public uint MessageExpirySeconds { get; private set; }

    /// <summary>5.0: 1 when the payload is said to be UTF-8; it is not checked here.</summary>
    public byte PayloadFormatIndicator { get; private set; }

    /// <summary>The property block, validated, without its length prefix; empty before 5.0.</summary>
    public ReadOnlySpan<byte> Properties { get; private set; }

    /// <summary>Bytes of the properties that a server forwards unaltered (MQTT-3.3.2-4, -15, -16, -17, -20).</summary>
    public int ForwardedPropertiesLength { get; private set; }

    /// <summary>True when <see cref="Properties"/> may be forwarded as a whole.</summary>
    public readonly bool HasOnlyForwardedProperties => ForwardedPropertiesLength == Properties.Length;

    /// <summary>The Subscription Identifiers of a server's PUBLISH, for <c>foreach</c>.</summary>
    public readonly SubscriptionIdentifiers SubscriptionIdentifiers => new(Properties);

    /// <summary>Decodes the body of a PUBLISH.</summary>
    /// <param name="flags">The low four bits of the first byte.</param>
    /// <param name="body">What follows the fixed header, the whole of it.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="direction">Who sent it.</param>
    /// <param name="packet">The view; default on failure.</param>
    /// <param name="fault">Why it was refused.</param>
    public static bool TryDecode(
        byte flags, ReadOnlySpan<byte> body, ProtocolVersion version, PublishDirection direction,
        out PublishPacket packet, [NotNullWhen(false)] out Fault? fault)
    {
        fault = Decode(flags, body, version, direction, out packet);
        return fault is null;
    }

    /// <summary>Copies the properties that a server forwards unaltered, in their order.</summary>
    /// <param name="destination">At least <see cref="ForwardedPropertiesLength"/> bytes.</param>
    public readonly void CopyForwardedProperties(Span<byte> destination)
    {
        if (HasOnlyForwardedProperties)
        {
            Properties.CopyTo(destination);
            return;
        }

        var properties = new PropertyReader(Properties, PropertyOwners.Publish);
        while (properties.MoveNext())
        {
            if (properties.IsForwarded)
            {
                properties.Encoded.CopyTo(destination);
                destination = destination[properties.Encoded.Length..];
            }
        }

        Debug.Assert(properties.Fault is null, "the block was validated when it was decoded");
    }

    private static Fault? Decode(
        byte flags, ReadOnlySpan<byte> body, ProtocolVersion version, PublishDirection direction, out PublishPacket packet)
    {
        packet = default;
        int qos = flags >> 1 & 3;
        bool isDup = (flags & 0x08) != 0;
        if (qos == 3)
        {
            return Faults.PublishBothQosBits;
        }

        if (isDup && qos == 0)
        {
            return Faults.PublishDupWithoutQos;
        }

        var reader = new SpanReader(body);
        if (!reader.TryReadBinary(out ReadOnlySpan<byte> topic))
        {
            return reader.Fault;
        }

        ushort packetId = 0;
        if (qos > 0 && !reader.TryReadUInt16(out packetId))
        {
            return reader.Fault;
        }

        PropertyValues values = default;
        if (version == ProtocolVersion.Mqtt50 && ReadProperties(ref reader, direction, out values) is { } fault)
        {
            return fault;
        }

        if (CheckTopic(topic, version, values.TopicAlias) is { } topicFault)
        {
            return topicFault;
        }

        if (qos > 0 && packetId == 0)
        {
            return Faults.PacketIdZero;
        }

        // Field by field: as an object it would be made on the stack and then copied.
        packet.Dup = isDup;
        packet.Qos = (QualityOfService)qos;
        packet.Retain = (flags & 0x01) != 0;
        packet.TopicUtf8 = topic;
        packet.PacketId = packetId;
        packet.Payload = reader.Rest;
        if (version == ProtocolVersion.Mqtt50)
        {
            packet.TopicAlias = values.TopicAlias;
            packet.HasMessageExpiry = values.HasExpiry;
            packet.MessageExpirySeconds = values.ExpirySeconds;
            packet.PayloadFormatIndicator = values.PayloadFormat;
            packet.Properties = values.Block;
            packet.ForwardedPropertiesLength = values.ForwardedLength;
        }

        return null;
    }

    private static Fault? CheckTopic(ReadOnlySpan<byte> topic, ProtocolVersion version, ushort alias)
    {
        if (!topic.IsEmpty)
        {
            return TopicName.Check(topic);
        }

        if (version != ProtocolVersion.Mqtt50)
        {
            return Faults.TopicNameEmpty;
        }

        return alias == 0 ? Faults.TopicNameEmptyWithoutAlias : null;
    }

    private static Fault? ReadProperties(scoped ref SpanReader reader, PublishDirection direction, out PropertyValues values)
    {
        values = default;
        if (!reader.TryReadProperties(out ReadOnlySpan<byte> block))
        {
            return reader.Fault;
        }

        values.Block = block;
        var properties = new PropertyReader(block, PropertyOwners.Publish);
        while (properties.MoveNext())
        {
            values.ForwardedLength += properties.IsForwarded ? properties.Encoded.Length : 0;
            switch (properties.Id)
            {
                case PropertyId.TopicAlias:
                    values.TopicAlias = (ushort)properties.Number;
                    break;
                case PropertyId.MessageExpiryInterval:
                    values.HasExpiry = true;
                    values.ExpirySeconds = properties.Number;
                    break;
                case PropertyId.PayloadFormatIndicator:
                    values.PayloadFormat = (byte)properties.Number;
                    break;
                case PropertyId.SubscriptionIdentifier when direction == PublishDirection.FromClient:
                    return Faults.SubscriptionIdentifierFromClient;
            }
        }

        return properties.Fault;
    }

    private ref struct PropertyValues
    {
        public ReadOnlySpan<byte> Block;
        public int ForwardedLength;
        public ushort TopicAlias;
        public bool HasExpiry;
        public uint ExpirySeconds;
        public byte PayloadFormat;
    }
}
