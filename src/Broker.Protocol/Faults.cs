using static Broker.Protocol.ReasonCode;

namespace Broker.Protocol;

/// <summary>
/// Every reason for which the codec refuses bytes of a peer, with the statement of MQTT 5.0 that is broken (of 3.1.1 where
/// 5.0 has none). A rule without a statement number of its own names its section.
/// </summary>
public static class Faults
{
#pragma warning disable CS1591 // Each fault carries its text.
    // Frames.
    public static readonly Fault PacketTypeReserved = new(MalformedPacket, "packet type 0 is reserved", "MQTT 5.0 section 2.1.2");
    public static readonly Fault FixedHeaderFlagsInvalid =
        new(MalformedPacket, "reserved flags of the first byte", "MQTT-2.1.3-1");
    public static readonly Fault RemainingLengthOverlong = new(MalformedPacket, "overlong remaining length", "MQTT-1.5.5-1");
    public static readonly Fault PacketTooLarge = new(ReasonCode.PacketTooLarge, "packet too large", "MQTT-3.2.2-15");
    public static readonly Fault PacketTruncated = new(MalformedPacket, "packet ends within a field", "MQTT-4.13.1-1");
    public static readonly Fault TrailingBytes = new(MalformedPacket, "bytes after the end of the packet", "MQTT-4.13.1-1");
    public static readonly Fault PacketIdZero = new(ProtocolError, "packet identifier 0", "MQTT-2.2.1-3");

    // Reason codes.
    public static readonly Fault PubAckReasonInvalid = new(ProtocolError, "reason code not of PUBACK", "MQTT-3.4.2-1");
    public static readonly Fault PubRecReasonInvalid = new(ProtocolError, "reason code not of PUBREC", "MQTT-3.5.2-1");
    public static readonly Fault PubRelReasonInvalid = new(ProtocolError, "reason code not of PUBREL", "MQTT-3.6.2-1");
    public static readonly Fault PubCompReasonInvalid = new(ProtocolError, "reason code not of PUBCOMP", "MQTT-3.7.2-1");
    public static readonly Fault SubAckReasonInvalid = new(ProtocolError, "reason code not of SUBACK", "MQTT-3.9.3-2");
    public static readonly Fault UnsubAckReasonInvalid = new(ProtocolError, "reason code not of UNSUBACK", "MQTT-3.11.3-2");
    public static readonly Fault DisconnectReasonInvalid = new(ProtocolError, "reason code not of DISCONNECT", "MQTT-3.14.2-1");
    public static readonly Fault AuthReasonInvalid = new(ProtocolError, "reason code not of AUTH", "MQTT-3.15.2-1");

    // Data types.
    public static readonly Fault StringNotUtf8 = new(MalformedPacket, "string is not well-formed UTF-8", "MQTT-1.5.4-1");
    public static readonly Fault StringWithNull = new(MalformedPacket, "string with U+0000", "MQTT-1.5.4-2");
    public static readonly Fault StringWithControlCharacter =
        new(MalformedPacket, "string with a control character", "MQTT 5.0 section 1.5.4");
    public static readonly Fault StringWithNonCharacter =
        new(MalformedPacket, "string with a Unicode non-character", "MQTT 5.0 section 1.5.4");
    public static readonly Fault VariableByteIntegerOverlong =
        new(MalformedPacket, "overlong variable byte integer", "MQTT-1.5.5-1");

    // Properties.
    public static readonly Fault PropertyLengthPastPacket =
        new(MalformedPacket, "property length runs past the packet", "MQTT 5.0 section 2.2.2.1");
    public static readonly Fault PropertyUnknown = new(MalformedPacket, "unknown property", "MQTT 5.0 section 2.2.2.2");
    public static readonly Fault PropertyNotAllowedHere =
        new(MalformedPacket, "property does not belong in this packet", "MQTT 5.0 section 2.2.2.2");
    public static readonly Fault PropertyTwice = new(ProtocolError, "property twice in a packet", "MQTT 5.0 section 2.2.2.2");
    public static readonly Fault PayloadFormatIndicatorInvalid =
        new(ProtocolError, "payload format indicator is neither 0 nor 1", "MQTT 5.0 section 3.3.2.3.2");
    public static readonly Fault RequestProblemInformationInvalid =
        new(ProtocolError, "request problem information is neither 0 nor 1", "MQTT 5.0 section 3.1.2.11.7");
    public static readonly Fault RequestResponseInformationInvalid =
        new(ProtocolError, "request response information is neither 0 nor 1", "MQTT 5.0 section 3.1.2.11.6");
    public static readonly Fault MaximumQosInvalid =
        new(ProtocolError, "maximum QoS is neither 0 nor 1", "MQTT 5.0 section 3.2.2.3.4");
    public static readonly Fault RetainAvailableInvalid =
        new(ProtocolError, "retain available is neither 0 nor 1", "MQTT 5.0 section 3.2.2.3.5");
    public static readonly Fault WildcardSubscriptionAvailableInvalid =
        new(ProtocolError, "wildcard subscription available is neither 0 nor 1", "MQTT 5.0 section 3.2.2.3.11");
    public static readonly Fault SubscriptionIdentifierAvailableInvalid =
        new(ProtocolError, "subscription identifier available is neither 0 nor 1", "MQTT 5.0 section 3.2.2.3.12");
    public static readonly Fault SharedSubscriptionAvailableInvalid =
        new(ProtocolError, "shared subscription available is neither 0 nor 1", "MQTT 5.0 section 3.2.2.3.13");
    public static readonly Fault ReceiveMaximumZero = new(ProtocolError, "receive maximum 0", "MQTT 5.0 section 3.1.2.11.3");
    public static readonly Fault MaximumPacketSizeZero =
        new(ProtocolError, "maximum packet size 0", "MQTT 5.0 section 3.1.2.11.4");
    public static readonly Fault SubscriptionIdentifierZero =
        new(ProtocolError, "subscription identifier 0", "MQTT 5.0 section 3.8.2.1.2");
    public static readonly Fault TopicAliasZero = new(TopicAliasInvalid, "topic alias 0", "MQTT-3.3.2-8");
    public static readonly Fault ResponseTopicInvalid =
        new(ProtocolError, "response topic is empty or has a wildcard", "MQTT-3.3.2-14");

    // CONNECT.
    public static readonly Fault ProtocolNameUnknown = new(ProtocolError, "unknown protocol name", "MQTT-3.1.2-1");
    public static readonly Fault UnsupportedProtocolVersion =
        new(ReasonCode.UnsupportedProtocolVersion, "unsupported protocol version", "MQTT-3.1.2-2");
    public static readonly Fault ConnectReservedFlag = new(MalformedPacket, "reserved flag of CONNECT is set", "MQTT-3.1.2-3");
    public static readonly Fault WillQosWithoutWill = new(MalformedPacket, "will QoS without a will", "MQTT-3.1.2-11");
    public static readonly Fault WillQosInvalid = new(MalformedPacket, "will QoS 3", "MQTT-3.1.2-12");
    public static readonly Fault WillRetainWithoutWill = new(MalformedPacket, "will retain without a will", "MQTT-3.1.2-13");
    public static readonly Fault WillTopicInvalid =
        new(TopicNameInvalid, "will topic is empty or has a wildcard", "MQTT 5.0 section 3.1.3.3");
    public static readonly Fault PasswordWithoutUserName =
        new(ProtocolError, "password without a user name before 5.0", "MQTT-3.1.2-22");
    public static readonly Fault AuthenticationDataWithoutMethod =
        new(ProtocolError, "authentication data without a method", "MQTT 5.0 section 3.1.2.11.10");

    // CONNACK.
    public static readonly Fault ConnAckReservedFlag = new(MalformedPacket, "reserved flag of CONNACK is set", "MQTT-3.2.2-1");
    public static readonly Fault SessionPresentInRefusal = new(ProtocolError, "session present in a refusal", "MQTT-3.2.2-6");
    public static readonly Fault ConnAckReasonInvalid = new(ProtocolError, "unknown result in CONNACK", "MQTT-3.2.2-8");

    // PUBLISH.
    public static readonly Fault PublishBothQosBits = new(MalformedPacket, "both QoS bits set", "MQTT-3.3.1-4");
    public static readonly Fault PublishDupWithoutQos = new(MalformedPacket, "DUP with QoS 0", "MQTT-3.3.1-2");
    public static readonly Fault TopicNameEmpty = new(MalformedPacket, "empty topic before 5.0", "MQTT-4.7.3-1");
    public static readonly Fault TopicNameEmptyWithoutAlias =
        new(ProtocolError, "empty topic without a topic alias", "MQTT 5.0 section 3.3.2.1");
    public static readonly Fault TopicNameWithWildcard = new(TopicNameInvalid, "topic with a wildcard", "MQTT-3.3.2-2");
    public static readonly Fault SubscriptionIdentifierFromClient =
        new(ProtocolError, "subscription identifier in a client's PUBLISH", "MQTT-3.3.4-6");

    // SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK.
    public static readonly Fault SubscribeWithoutFilter = new(ProtocolError, "SUBSCRIBE without a topic filter", "MQTT-3.8.3-2");
    public static readonly Fault UnsubscribeWithoutFilter =
        new(ProtocolError, "UNSUBSCRIBE without a topic filter", "MQTT-3.10.3-2");
    public static readonly Fault SubscriptionQosInvalid = new(ProtocolError, "requested QoS 3", "MQTT 5.0 section 3.8.3.1");
    public static readonly Fault SubscriptionOptionsReserved =
        new(MalformedPacket, "reserved bits of the subscription options", "MQTT-3.8.3-5");
    public static readonly Fault RetainHandlingInvalid = new(ProtocolError, "retain handling 3", "MQTT 5.0 section 3.8.3.1");
    public static readonly Fault NoLocalOnSharedSubscription =
        new(ProtocolError, "no local on a shared subscription", "MQTT-3.8.3-4");
    public static readonly Fault TopicFilterEmpty = new(MalformedPacket, "empty topic filter", "MQTT-4.7.3-1");
    public static readonly Fault TopicFilterInvalid =
        new(ReasonCode.TopicFilterInvalid, "misplaced wildcard in a topic filter", "MQTT-4.7.1-1");
    public static readonly Fault SharedFilterInvalid =
        new(ReasonCode.TopicFilterInvalid, "shared subscription without a share name or a filter", "MQTT-4.8.2-1");
    public static readonly Fault SubAckWithoutReasonCode = new(ProtocolError, "SUBACK without a reason code", "MQTT-3.8.4-6");
    public static readonly Fault UnsubAckWithoutReasonCode =
        new(ProtocolError, "UNSUBACK without a reason code", "MQTT-3.11.3-1");

    // PINGREQ, PINGRESP, DISCONNECT, AUTH.
    public static readonly Fault PingWithBody =
        new(MalformedPacket, "PINGREQ or PINGRESP with a body", "MQTT 5.0 section 3.12.1");
    public static readonly Fault DisconnectBodyBeforeV5 =
        new(MalformedPacket, "DISCONNECT with a body before 5.0", "MQTT 3.1.1 section 3.14.1");
    public static readonly Fault AuthBeforeV5 = new(ProtocolError, "AUTH before 5.0", "MQTT 3.1.1 section 2.2.1");
    public static readonly Fault AuthWithoutMethod =
        new(ProtocolError, "AUTH without an authentication method", "MQTT 5.0 section 3.15.2.2.2");
#pragma warning restore CS1591

    /// <summary>Every fault of the catalogue.</summary>
    public static IReadOnlyList<Fault> All { get; } =
        [.. typeof(Faults).GetFields().Select(field => field.GetValue(null)).OfType<Fault>()];
}
