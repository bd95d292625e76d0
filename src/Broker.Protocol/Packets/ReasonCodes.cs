using static Broker.Protocol.ReasonCode;

namespace Broker.Protocol.Packets;

/// <summary>Which reason codes each packet of 5.0 may carry.</summary>
public static class ReasonCodes
{
    /// <summary>
    /// True when <paramref name="code"/> may stand in a packet of <paramref name="type"/> (MQTT 5.0 sections 3.2.2.2 to
    /// 3.15.2.1).
    /// </summary>
    /// <param name="type">A packet with a reason code.</param>
    /// <param name="code">The code.</param>
    public static bool IsAllowed(PacketType type, ReasonCode code) => type switch
    {
        PacketType.PubAck or PacketType.PubRec => code is Success or NoMatchingSubscribers or UnspecifiedError
            or ImplementationSpecificError or NotAuthorized or TopicNameInvalid or PacketIdentifierInUse or QuotaExceeded
            or PayloadFormatInvalid,
        PacketType.PubRel or PacketType.PubComp => code is Success or PacketIdentifierNotFound,
        PacketType.SubAck => code is Success or GrantedQos1 or GrantedQos2 or UnspecifiedError or ImplementationSpecificError
            or NotAuthorized or TopicFilterInvalid or PacketIdentifierInUse or QuotaExceeded or SharedSubscriptionsNotSupported
            or SubscriptionIdentifiersNotSupported or WildcardSubscriptionsNotSupported,
        PacketType.UnsubAck => code is Success or NoSubscriptionExisted or UnspecifiedError or ImplementationSpecificError
            or NotAuthorized or TopicFilterInvalid or PacketIdentifierInUse,
        PacketType.Auth => code is Success or ContinueAuthentication or ReAuthenticate,
        PacketType.ConnAck => code is Success or (>= UnspecifiedError and <= Banned) or BadAuthenticationMethod
            or TopicNameInvalid or PacketTooLarge or QuotaExceeded or PayloadFormatInvalid or RetainNotSupported
            or QosNotSupported or UseAnotherServer or ServerMoved or ConnectionRateExceeded,
        PacketType.Disconnect => code is Success or DisconnectWithWillMessage
            or (>= UnspecifiedError and <= ImplementationSpecificError) or NotAuthorized or ServerBusy
            or (>= ServerShuttingDown and <= TopicNameInvalid)
            or (>= ReceiveMaximumExceeded and <= WildcardSubscriptionsNotSupported),
        _ => false,
    };
}
