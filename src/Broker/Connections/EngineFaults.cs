using Broker.Protocol;

namespace Broker.Connections;

/// <summary>
/// Rules that a well-formed packet can still break in its place. What is wrong with the bytes is in <see cref="Faults"/>.
/// </summary>
internal static class EngineFaults
{
    public static readonly Fault FirstPacketNotConnect =
        new(ReasonCode.ProtocolError, "first packet is not CONNECT", "MQTT-3.1.0-1");

    public static readonly Fault SecondConnect = new(ReasonCode.ProtocolError, "second CONNECT", "MQTT-3.1.0-2");

    public static readonly Fault ServerPacketFromClient =
        new(ReasonCode.ProtocolError, "packet that only a server sends", "MQTT-4.13.1-1");

    public static readonly Fault AuthWithoutMethod =
        new(ReasonCode.ProtocolError, "AUTH without an authentication method in CONNECT", "MQTT-4.12.0-7");

    public static readonly Fault PacketBeforeConnAck =
        new(ReasonCode.ProtocolError, "packet other than AUTH or DISCONNECT before CONNACK", "MQTT-3.1.2-30");

    public static readonly Fault AuthOutOfTurn =
        new(ReasonCode.ProtocolError, "AUTH that is not due", "MQTT 5.0 section 4.12");

    public static readonly Fault AuthMethodChanged =
        new(ReasonCode.ProtocolError, "authentication method other than in CONNECT", "MQTT-4.12.1-1");

    public static readonly Fault OtherUserName =
        new(ReasonCode.NotAuthorized, "authentication of another user", "MQTT 5.0 section 4.12");

    public static readonly Fault ReauthenticationFailed =
        new(ReasonCode.NotAuthorized, "re-authentication failed", "MQTT-4.12.1-2");

    public static readonly Fault TopicAliasOutOfRange =
        new(ReasonCode.TopicAliasInvalid, "topic alias above the maximum", "MQTT-3.3.2-9");

    public static readonly Fault TopicAliasUnknown =
        new(ReasonCode.ProtocolError, "topic alias that was not set on this connection", "MQTT-3.3.2-7");

    public static readonly Fault TopicTooDeep =
        new(ReasonCode.TopicNameInvalid, "topic of more levels than max_topic_levels", "MQTT 5.0 section 4.7");

    public static readonly Fault FilterTooDeep =
        new(ReasonCode.TopicFilterInvalid, "topic filter of more levels than max_topic_levels", "MQTT 5.0 section 4.7");

    public static readonly Fault QosNotSupported =
        new(ReasonCode.QosNotSupported, "QoS above the maximum of this listener", "MQTT-3.2.2-11");

    public static readonly Fault RetainNotSupported =
        new(ReasonCode.RetainNotSupported, "RETAIN while retain_available is false", "MQTT-3.2.2-14");

    public static readonly Fault ReceiveMaximumExceeded =
        new(ReasonCode.ReceiveMaximumExceeded, "more unacknowledged messages than the receive maximum", "MQTT-3.3.4-7");

    public static readonly Fault WrongFlow =
        new(ReasonCode.ProtocolError, "acknowledgement that does not belong to the message's QoS", "MQTT-4.3.3-1");

    public static readonly Fault ExpiryInDisconnect =
        new(ReasonCode.ProtocolError, "session expiry interval in DISCONNECT after zero in CONNECT",
            "MQTT 5.0 section 3.14.2.2.2");

    public static readonly Fault AnswerTooLarge =
        new(ReasonCode.PacketTooLarge, "answer larger than the client's maximum packet size", "MQTT-3.1.2-24");

    /// <summary>Every engine fault, for the test that demands a test of each.</summary>
    public static IReadOnlyList<Fault> All { get; } =
    [
        FirstPacketNotConnect, SecondConnect, ServerPacketFromClient, AuthWithoutMethod, PacketBeforeConnAck, AuthOutOfTurn,
        AuthMethodChanged, OtherUserName, ReauthenticationFailed, TopicAliasOutOfRange, TopicAliasUnknown, TopicTooDeep,
        FilterTooDeep, QosNotSupported, RetainNotSupported, ReceiveMaximumExceeded, WrongFlow, ExpiryInDisconnect, AnswerTooLarge,
    ];
}
