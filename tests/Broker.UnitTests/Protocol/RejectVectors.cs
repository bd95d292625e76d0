using Broker.Protocol.Packets;
using static Broker.Protocol.Faults;
using static Broker.Protocol.ProtocolVersion;

namespace Broker.UnitTests.Protocol;

/// <summary>Bytes that break one rule each; every fault of the catalogue is here at least once.</summary>
internal static class RejectVectors
{
    private const string Head5 = "10 .. <'MQTT'> 05 02 00 3c";
    private const string Head4 = "10 .. <'MQTT'> 04";
    private const string Will5 = "10 .. <'MQTT'> 05 06 00 3c () <'c'>";

    public static IReadOnlyList<RejectVector> All { get; } =
        [.. Frames(), .. Strings(), .. Properties(), .. Ranges(), .. Connects(), .. Publishes(), .. Subscribes(), .. Others()];

    private static IEnumerable<RejectVector> Frames() =>
    [
        new(nameof(PacketTypeReserved), "00 00"),
        new(nameof(PacketTypeReserved), "0f"),
        new(nameof(FixedHeaderFlagsInvalid), "11 .. <'MQTT'> 04 02 00 3c <'c'>"),
        new(nameof(FixedHeaderFlagsInvalid), "21 02 00 00"),
        new(nameof(FixedHeaderFlagsInvalid), "42 02 00 01"),
        new(nameof(FixedHeaderFlagsInvalid), "60 02 00 01"),
        new(nameof(FixedHeaderFlagsInvalid), "6a 02 00 01"),
        new(nameof(FixedHeaderFlagsInvalid), "6a 02 00 01", Mqtt311),
        new(nameof(FixedHeaderFlagsInvalid), "68 02 00 01", Mqtt31),
        new(nameof(FixedHeaderFlagsInvalid), "80 .. 00 01 <'a'> 00", Mqtt311),
        new(nameof(FixedHeaderFlagsInvalid), "a3 .. 00 01 <'a'>", Mqtt311),
        new(nameof(FixedHeaderFlagsInvalid), "c1 00"),
        new(nameof(FixedHeaderFlagsInvalid), "d8 00"),
        new(nameof(FixedHeaderFlagsInvalid), "e2 00"),
        new(nameof(FixedHeaderFlagsInvalid), "f1 00"),
        new(nameof(RemainingLengthOverlong), "30 ff ff ff ff 7f"),
        new(nameof(RemainingLengthOverlong), "30 80 80 80 80 01"),
        new(nameof(RemainingLengthOverlong), "c0 80 00"),
        new(nameof(RemainingLengthOverlong), "30 ff ff 80 00"),
        new(nameof(PacketTooLarge), "30 05 <'a'> 00 '1'", Mqtt50, 6),
        new(nameof(PacketTooLarge), "30 ff ff ff 7f", Mqtt50, 2_000_000),
        new(nameof(PacketTruncated), "10 .. 00 04 'MQT'"),
        new(nameof(PacketTruncated), "20 01 00"),
        new(nameof(PacketTruncated), "30 01 00"),
        new(nameof(PacketTruncated), "32 04 <'a'> 00", Mqtt311),
        new(nameof(PacketTruncated), "40 01 00"),
        new(nameof(PacketTruncated), "82 .. 00 01 <'a'>", Mqtt311),
        new(nameof(PacketTruncated), "82 01 00"),
        new(nameof(PacketTruncated), "90 02 00 01"),
        new(nameof(PacketTruncated), "a2 .. 00 01 00 02 'a'", Mqtt311),
        new(nameof(PacketTruncated), "b0 00"),
        new(nameof(PacketTruncated), "f0 01 18"),
        new(nameof(TrailingBytes), Head4 + "02 00 3c <'c'> 00"),
        new(nameof(TrailingBytes), Head5 + "() <'c'> 00"),
        new(nameof(TrailingBytes), "20 03 00 00 00", Mqtt311),
        new(nameof(TrailingBytes), "20 04 00 00 00 00"),
        new(nameof(TrailingBytes), "40 03 00 01 00", Mqtt311),
        new(nameof(TrailingBytes), "50 05 00 01 00 00 00"),
        new(nameof(TrailingBytes), "b0 03 00 01 00", Mqtt311),
        new(nameof(TrailingBytes), "e0 03 00 00 00"),
        new(nameof(TrailingBytes), "f0 .. 18 (15 <'m'>) 00"),
    ];

    private static IEnumerable<RejectVector> Strings() =>
    [
        new(nameof(StringNotUtf8), Head4 + "02 00 3c <c3>"),
        new(nameof(StringNotUtf8), Head4 + "82 00 3c <'c'> <ff>"),
        new(nameof(StringNotUtf8), "30 .. <'a' ed a0 80>", Mqtt311),
        new(nameof(StringNotUtf8), "30 .. <'a' c0 80>", Mqtt311),
        new(nameof(StringNotUtf8), "82 .. 00 01 <f4 90 80 80> 00", Mqtt311),
        new(nameof(StringNotUtf8), "30 .. <'a'> (26 <'n'> <c3 28>)"),
        new(nameof(StringWithNull), "30 .. <'a' 00>", Mqtt311),
        new(nameof(StringWithNull), "a2 .. 00 01 () <00>"),
        new(nameof(StringWithControlCharacter), "30 .. <'a' 0a>", Mqtt311),
        new(nameof(StringWithControlCharacter), Head4 + "02 00 3c <1f>"),
        new(nameof(StringWithControlCharacter), "30 .. <7f>", Mqtt311),
        new(nameof(StringWithControlCharacter), "30 .. <'é' c2 80>", Mqtt311),
        new(nameof(StringWithControlCharacter), "30 .. <c2 9f>", Mqtt311),
        new(nameof(StringWithNonCharacter), "30 .. <ef b7 90>", Mqtt311),
        new(nameof(StringWithNonCharacter), "30 .. <ef bf bf>", Mqtt311),
        new(nameof(StringWithNonCharacter), "30 .. <'a' f0 9f bf be>", Mqtt311),
    ];

    private static IEnumerable<RejectVector> Properties() =>
    [
        new(nameof(VariableByteIntegerOverlong), "30 .. <'a'> 80 00"),
        new(nameof(VariableByteIntegerOverlong), "30 .. <'a'> (81 00 01)"),
        new(nameof(VariableByteIntegerOverlong), "82 .. 00 01 (0b ff ff ff ff 01) <'a'> 00"),
        new(nameof(PropertyLengthPastPacket), "30 .. <'a'> 01"),
        new(nameof(PropertyLengthPastPacket), "40 04 00 01 00 01"),
        new(nameof(PropertyLengthPastPacket), Head5 + "ff ff ff 7f <'c'>"),
        new(nameof(PropertyUnknown), "30 .. <'a'> (00)"),
        new(nameof(PropertyUnknown), "30 .. <'a'> (2b 00)"),
        new(nameof(PropertyUnknown), "e0 .. 00 (ff 7f 00)"),
        new(nameof(PropertyNotAllowedHere), "30 .. <'a'> (18 00 00 00 01)"),
        new(nameof(PropertyNotAllowedHere), "82 .. 00 01 (1f <'why'>) <'a'> 00"),
        new(nameof(PropertyTwice), "30 .. <'a'> (03 <'t'> 03 <'t'>)"),
        new(nameof(PropertyTwice), "82 .. 00 01 (0b 01 0b 02) <'a'> 00"),
    ];

    private static IEnumerable<RejectVector> Ranges() =>
    [
        new(nameof(PayloadFormatIndicatorInvalid), "30 .. <'a'> (01 02)"),
        new(nameof(PayloadFormatIndicatorInvalid), "10 .. <'MQTT'> 05 06 00 3c () <'c'> (01 02) <'w'> <>"),
        new(nameof(RequestProblemInformationInvalid), Head5 + "(17 02) <'c'>"),
        new(nameof(RequestResponseInformationInvalid), Head5 + "(19 ff) <'c'>"),
        new(nameof(MaximumQosInvalid), "20 .. 00 00 (24 02)"),
        new(nameof(RetainAvailableInvalid), "20 .. 00 00 (25 02)"),
        new(nameof(WildcardSubscriptionAvailableInvalid), "20 .. 00 00 (28 02)"),
        new(nameof(SubscriptionIdentifierAvailableInvalid), "20 .. 00 00 (29 02)"),
        new(nameof(SharedSubscriptionAvailableInvalid), "20 .. 00 00 (2a 02)"),
        new(nameof(ReceiveMaximumZero), Head5 + "(21 00 00) <'c'>"),
        new(nameof(ReceiveMaximumZero), "20 .. 00 00 (21 00 00)"),
        new(nameof(MaximumPacketSizeZero), Head5 + "(27 00 00 00 00) <'c'>"),
        new(nameof(SubscriptionIdentifierZero), "82 .. 00 01 (0b 00) <'a'> 00"),
        new(nameof(SubscriptionIdentifierZero), "30 .. <'a'> (0b 00)", Direction: PublishDirection.FromServer),
        new(nameof(TopicAliasZero), "30 .. <'a'> (23 00 00)"),
        new(nameof(ResponseTopicInvalid), "30 .. <'a'> (08 <'b/#'>)"),
        new(nameof(ResponseTopicInvalid), "30 .. <'a'> (08 <>)"),
    ];

    private static IEnumerable<RejectVector> Connects() =>
    [
        new(nameof(ProtocolNameUnknown), "10 .. <'MQTTX'> 04 02 00 3c <'c'>"),
        new(nameof(ProtocolNameUnknown), "10 .. <'mqtt'> 04 02 00 3c <'c'>"),
        new(nameof(UnsupportedProtocolVersion), "10 .. <'MQTT'> 06 02 00 3c () <'c'>"),
        new(nameof(UnsupportedProtocolVersion), "10 .. <'MQTT'> 03 02 00 3c <'c'>"),
        new(nameof(UnsupportedProtocolVersion), "10 .. <'MQTT'> 85 02 00 3c () <'c'>"),
        new(nameof(UnsupportedProtocolVersion), "10 .. <'MQIsdp'> 04 02 00 3c <'c'>"),
        new(nameof(ConnectReservedFlag), Head4 + "03 00 3c <'c'>"),
        new(nameof(ConnectReservedFlag), "10 .. <'MQTT'> 05 01 00 3c () <'c'>"),
        new(nameof(WillQosWithoutWill), Head4 + "0a 00 3c <'c'>"),
        new(nameof(WillQosInvalid), Head4 + "1e 00 3c <'c'> <'w'> <>"),
        new(nameof(WillQosInvalid), "10 .. <'MQIsdp'> 03 1e 00 3c <'c'> <'w'> <>"),
        new(nameof(WillRetainWithoutWill), Head4 + "22 00 3c <'c'>"),
        new(nameof(WillTopicInvalid), Will5 + "() <'w/#'> <>"),
        new(nameof(WillTopicInvalid), Will5 + "() <> <>"),
        new(nameof(PropertyNotAllowedHere), Will5 + "(23 00 01) <'w'> <>"),
        new(nameof(PacketTruncated), Will5 + "() <'w'>"),
        new(nameof(PasswordWithoutUserName), Head4 + "42 00 3c <'c'> <'p'>"),
        new(nameof(PasswordWithoutUserName), "10 .. <'MQIsdp'> 03 42 00 3c <'c'> <'p'>"),
        new(nameof(AuthenticationDataWithoutMethod), Head5 + "(16 <01>) <'c'>"),
        new(nameof(ConnAckReservedFlag), "20 03 02 00 00"),
        new(nameof(ConnAckReservedFlag), "20 02 80 00", Mqtt311),
        new(nameof(SessionPresentInRefusal), "20 03 01 87 00"),
        new(nameof(SessionPresentInRefusal), "20 02 01 05", Mqtt311),
        new(nameof(ConnAckReasonInvalid), "20 03 00 01 00"),
        new(nameof(ConnAckReasonInvalid), "20 02 00 06", Mqtt311),
    ];

    private static IEnumerable<RejectVector> Publishes() =>
    [
        new(nameof(PublishBothQosBits), "36 .. <'a'> 00 01 ()"),
        new(nameof(PublishBothQosBits), "3e .. <'a'> 00 01", Mqtt31),
        new(nameof(PublishDupWithoutQos), "38 .. <'a'>", Mqtt311),
        new(nameof(TopicNameEmpty), "30 02 00 00", Mqtt311),
        new(nameof(TopicNameEmpty), "30 02 00 00", Mqtt31),
        new(nameof(TopicNameEmptyWithoutAlias), "30 03 00 00 00"),
        new(nameof(TopicNameWithWildcard), "30 .. <'a/+'>", Mqtt311),
        new(nameof(TopicNameWithWildcard), "30 .. <'é#'> ()"),
        new(nameof(SubscriptionIdentifierFromClient), "30 .. <'a'> (0b 01)"),
        new(nameof(PacketIdZero), "32 .. <'a'> 00 00", Mqtt311),
        new(nameof(PacketIdZero), "34 .. <'a'> 00 00 ()"),
        new(nameof(PacketIdZero), "40 02 00 00"),
        new(nameof(PacketIdZero), "62 02 00 00", Mqtt311),
        new(nameof(PubAckReasonInvalid), "40 03 00 01 92"),
        new(nameof(PubRecReasonInvalid), "50 03 00 01 01"),
        new(nameof(PubRelReasonInvalid), "62 03 00 01 80"),
        new(nameof(PubCompReasonInvalid), "70 03 00 01 10"),
    ];

    private static IEnumerable<RejectVector> Subscribes() =>
    [
        new(nameof(PacketIdZero), "82 .. 00 00 () <'a'> 00"),
        new(nameof(PacketIdZero), "90 .. 00 00 () 00"),
        new(nameof(PacketIdZero), "a2 .. 00 00 () <'a'>"),
        new(nameof(PacketIdZero), "b0 .. 00 00 () 00"),
        new(nameof(SubscribeWithoutFilter), "82 .. 00 01 ()"),
        new(nameof(SubscribeWithoutFilter), "82 02 00 01", Mqtt311),
        new(nameof(UnsubscribeWithoutFilter), "a2 .. 00 01 ()"),
        new(nameof(UnsubscribeWithoutFilter), "a2 02 00 01", Mqtt31),
        new(nameof(SubscriptionQosInvalid), "82 .. 00 01 () <'a'> 03"),
        new(nameof(SubscriptionQosInvalid), "82 .. 00 01 <'a'> 03", Mqtt311),
        new(nameof(SubscriptionOptionsReserved), "82 .. 00 01 () <'a'> 40"),
        new(nameof(SubscriptionOptionsReserved), "82 .. 00 01 () <'a'> 80"),
        new(nameof(SubscriptionOptionsReserved), "82 .. 00 01 <'a'> 04", Mqtt311),
        new(nameof(SubscriptionOptionsReserved), "82 .. 00 01 <'a'> 00 <'b'> 10", Mqtt31),
        new(nameof(RetainHandlingInvalid), "82 .. 00 01 () <'a'> 30"),
        new(nameof(NoLocalOnSharedSubscription), "82 .. 00 01 () <'$share/g/a'> 04"),
        new(nameof(TopicFilterEmpty), "82 .. 00 01 () <> 00"),
        new(nameof(TopicFilterEmpty), "a2 .. 00 01 <>", Mqtt311),
        new(nameof(TopicFilterInvalid), "82 .. 00 01 () <'a#'> 00"),
        new(nameof(TopicFilterInvalid), "82 .. 00 01 <'a/#/b'> 00", Mqtt311),
        new(nameof(TopicFilterInvalid), "82 .. 00 01 () <'a'> 00 <'b+/c'> 00"),
        new(nameof(TopicFilterInvalid), "82 .. 00 01 () <'$share/g/a#'> 00"),
        new(nameof(TopicFilterInvalid), "a2 .. 00 01 () <'+a'>"),
        new(nameof(SharedFilterInvalid), "82 .. 00 01 () <'$share/g'> 00"),
        new(nameof(SharedFilterInvalid), "82 .. 00 01 () <'$share//a'> 00"),
        new(nameof(SharedFilterInvalid), "82 .. 00 01 () <'$share/g+/a'> 00"),
        new(nameof(SharedFilterInvalid), "82 .. 00 01 <'$share/g/'> 00", Mqtt311),
        new(nameof(SubAckWithoutReasonCode), "90 .. 00 01 ()"),
        new(nameof(SubAckWithoutReasonCode), "90 02 00 01", Mqtt311),
        new(nameof(UnsubAckWithoutReasonCode), "b0 .. 00 01 ()"),
        new(nameof(SubAckReasonInvalid), "90 .. 00 01 () 03"),
        new(nameof(SubAckReasonInvalid), "90 .. 00 01 83", Mqtt311),
        new(nameof(UnsubAckReasonInvalid), "b0 .. 00 01 () 01"),
    ];

    private static IEnumerable<RejectVector> Others() =>
    [
        new(nameof(PingWithBody), "c0 01 00"),
        new(nameof(PingWithBody), "d0 01 00", Mqtt311),
        new(nameof(DisconnectBodyBeforeV5), "e0 01 00", Mqtt311),
        new(nameof(DisconnectBodyBeforeV5), "e0 02 00 00", Mqtt31),
        new(nameof(DisconnectReasonInvalid), "e0 01 01"),
        new(nameof(PropertyNotAllowedHere), "e0 .. 00 (15 <'m'>)"),
        new(nameof(AuthBeforeV5), "f0 00", Mqtt311),
        new(nameof(AuthBeforeV5), "f0 00", Mqtt31),
        new(nameof(AuthWithoutMethod), "f0 .. 18 ()"),
        new(nameof(AuthReasonInvalid), "f0 .. 01 (15 <'m'>)"),
    ];
}
