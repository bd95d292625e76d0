using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Broker.Protocol.Properties;

namespace Broker.Protocol.Packets;

/// <summary>
/// CONNACK (MQTT 5.0 section 3.2). A property that is null is not on the wire; its default is the specification's.
/// </summary>
public sealed record ConnAckPacket
{
    /// <summary>The server goes on with a stored session; never said to a 3.1 client.</summary>
    public bool SessionPresent { get; init; }

    /// <summary>The result; before 5.0 one of the six that <see cref="ReturnCodes"/> knows.</summary>
    public ReasonCode ReasonCode { get; init; }

    /// <summary>Session Expiry Interval in seconds that the server uses instead of the client's.</summary>
    public uint? SessionExpiryIntervalSeconds { get; init; }

    /// <summary>How many QoS 1 and 2 messages the server takes at once.</summary>
    public ushort? ReceiveMaximum { get; init; }

    /// <summary>Highest QoS that the server takes: at most once or at least once.</summary>
    public QualityOfService? MaximumQos { get; init; }

    /// <summary>Retained messages are supported.</summary>
    public bool? RetainAvailable { get; init; }

    /// <summary>Largest packet in bytes that the server takes.</summary>
    public uint? MaximumPacketSize { get; init; }

    /// <summary>The client identifier that the server chose.</summary>
    public string? AssignedClientIdentifier { get; init; }

    /// <summary>Highest topic alias that the server takes.</summary>
    public ushort? TopicAliasMaximum { get; init; }

    /// <summary>For people: why.</summary>
    public string? ReasonString { get; init; }

    /// <summary>User properties.</summary>
    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    /// <summary>Wildcard subscriptions are supported.</summary>
    public bool? WildcardSubscriptionAvailable { get; init; }

    /// <summary>Subscription identifiers are supported.</summary>
    public bool? SubscriptionIdentifierAvailable { get; init; }

    /// <summary>Shared subscriptions are supported.</summary>
    public bool? SharedSubscriptionAvailable { get; init; }

    /// <summary>Keep alive in seconds that the client must use instead of its own.</summary>
    public ushort? ServerKeepAliveSeconds { get; init; }

    /// <summary>Basis for response topics.</summary>
    public string? ResponseInformation { get; init; }

    /// <summary>Another server to use.</summary>
    public string? ServerReference { get; init; }

    /// <summary>Method of enhanced authentication.</summary>
    public string? AuthenticationMethod { get; init; }

    /// <summary>Data of that method.</summary>
    public ReadOnlyMemory<byte>? AuthenticationData { get; init; }

    /// <summary>Decodes the body of a CONNACK.</summary>
    /// <param name="body">What follows the fixed header, the whole of it.</param>
    /// <param name="version">The version that the client asked for.</param>
    /// <param name="packet">The packet; null on failure.</param>
    /// <param name="fault">Why it was refused.</param>
    public static bool TryDecode(
        ReadOnlySpan<byte> body, ProtocolVersion version,
        [NotNullWhen(true)] out ConnAckPacket? packet, [NotNullWhen(false)] out Fault? fault)
    {
        fault = Decode(body, version, out ConnAckPacket decoded);
        packet = decoded;
        return fault is null;
    }

    /// <summary>Writes the packet.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="version">
    /// The version of the connection; for <see cref="ProtocolVersion.Unknown"/> the form is that of 3.1.1.
    /// </param>
    public void Write(IBufferWriter<byte> output, ProtocolVersion version)
    {
        ArgumentNullException.ThrowIfNull(output);
        var measure = new PropertyWriter();
        WriteProperties(ref measure);
        int remaining = 2 + WireWriter.PropertiesLength(version, measure.Length);
        int total = WireWriter.FrameLength(remaining);
        bool isV5 = version == ProtocolVersion.Mqtt50;

        // CONNACK: 0x20 | remaining | session present | reason [| properties]
        var writer = new WireWriter(output.GetSpan(total));
        writer.WriteFrameHeader(PacketType.ConnAck, 0, remaining);
        writer.WriteByte(SessionPresent && version != ProtocolVersion.Mqtt31 ? (byte)1 : (byte)0);
        writer.WriteByte(isV5 ? (byte)ReasonCode : ReturnCodes.FromReason(ReasonCode));
        if (isV5)
        {
            var properties = new PropertyWriter(writer.TakeProperties(measure.Length));
            WriteProperties(ref properties);
        }

        output.Advance(total);
    }

    private static Fault? Decode(ReadOnlySpan<byte> body, ProtocolVersion version, out ConnAckPacket packet)
    {
        packet = null!;
        var reader = new SpanReader(body);
        if (!reader.TryReadByte(out byte flags) || !reader.TryReadByte(out byte result))
        {
            return reader.Fault;
        }

        bool isV5 = version == ProtocolVersion.Mqtt50;
        // In 3.1 the whole byte is reserved without a rule for it.
        int known = version == ProtocolVersion.Mqtt31 ? 0 : flags;
        if (known > 1)
        {
            return Faults.ConnAckReservedFlag;
        }

        if (isV5 ? !ReasonCodes.IsAllowed(PacketType.ConnAck, (ReasonCode)result) : result > ReturnCodes.Max)
        {
            return Faults.ConnAckReasonInvalid;
        }

        if (known == 1 && result != 0)
        {
            return Faults.SessionPresentInRefusal;
        }

        var draft = new ConnAckPacket
        {
            SessionPresent = known == 1,
            ReasonCode = isV5 ? (ReasonCode)result : ReturnCodes.ToReason(result),
        };
        Fault? fault = isV5 ? ReadProperties(ref reader, ref draft) : null;
        if (fault is not null || !reader.IsAtEnd)
        {
            return fault ?? Faults.TrailingBytes;
        }

        packet = draft;
        return null;
    }

    private static Fault? ReadProperties(ref SpanReader reader, ref ConnAckPacket packet)
    {
        if (!reader.TryReadProperties(out ReadOnlySpan<byte> block))
        {
            return reader.Fault;
        }

        List<UserProperty> user = [];
        var properties = new PropertyReader(block, PropertyOwners.ConnAck);
        while (properties.MoveNext())
        {
            packet = packet.With(properties);
            if (properties.Id == PropertyId.UserProperty)
            {
                user.Add(properties.User);
            }
        }

        packet = packet with { UserProperties = user };
        return properties.Fault;
    }

    private ConnAckPacket With(in PropertyReader property)
    {
        uint number = property.Number;
        return property.Id switch
        {
            PropertyId.SessionExpiryInterval => this with { SessionExpiryIntervalSeconds = number },
            PropertyId.ReceiveMaximum => this with { ReceiveMaximum = (ushort)number },
            PropertyId.MaximumQos => this with { MaximumQos = (QualityOfService)number },
            PropertyId.RetainAvailable => this with { RetainAvailable = number == 1 },
            PropertyId.MaximumPacketSize => this with { MaximumPacketSize = number },
            PropertyId.AssignedClientIdentifier => this with { AssignedClientIdentifier = property.Text },
            PropertyId.TopicAliasMaximum => this with { TopicAliasMaximum = (ushort)number },
            PropertyId.ReasonString => this with { ReasonString = property.Text },
            PropertyId.WildcardSubscriptionAvailable => this with { WildcardSubscriptionAvailable = number == 1 },
            PropertyId.SubscriptionIdentifierAvailable => this with { SubscriptionIdentifierAvailable = number == 1 },
            PropertyId.SharedSubscriptionAvailable => this with { SharedSubscriptionAvailable = number == 1 },
            PropertyId.ServerKeepAlive => this with { ServerKeepAliveSeconds = (ushort)number },
            PropertyId.ResponseInformation => this with { ResponseInformation = property.Text },
            PropertyId.ServerReference => this with { ServerReference = property.Text },
            PropertyId.AuthenticationMethod => this with { AuthenticationMethod = property.Text },
            PropertyId.AuthenticationData => this with { AuthenticationData = property.Bytes.ToArray() },
            _ => this,
        };
    }

    // The order is mosquitto's, for clients that were only ever tried against it.
    private void WriteProperties(ref PropertyWriter properties)
    {
        properties.Number(PropertyId.TopicAliasMaximum, TopicAliasMaximum);
        properties.Text(PropertyId.AssignedClientIdentifier, AssignedClientIdentifier);
        properties.Number(PropertyId.ServerKeepAlive, ServerKeepAliveSeconds);
        properties.Number(PropertyId.SessionExpiryInterval, SessionExpiryIntervalSeconds);
        properties.Text(PropertyId.AuthenticationMethod, AuthenticationMethod);
        properties.Binary(PropertyId.AuthenticationData, AuthenticationData);
        properties.Text(PropertyId.ReasonString, ReasonString);
        properties.Text(PropertyId.ResponseInformation, ResponseInformation);
        properties.Text(PropertyId.ServerReference, ServerReference);
        properties.User(UserProperties);
        properties.Flag(PropertyId.WildcardSubscriptionAvailable, WildcardSubscriptionAvailable);
        properties.Flag(PropertyId.SubscriptionIdentifierAvailable, SubscriptionIdentifierAvailable);
        properties.Flag(PropertyId.SharedSubscriptionAvailable, SharedSubscriptionAvailable);
        properties.Flag(PropertyId.RetainAvailable, RetainAvailable);
        properties.Number(PropertyId.MaximumPacketSize, MaximumPacketSize);
        properties.Number(PropertyId.ReceiveMaximum, ReceiveMaximum);
        properties.Number(PropertyId.MaximumQos, (uint?)MaximumQos);
    }
}
