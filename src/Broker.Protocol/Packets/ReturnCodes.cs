namespace Broker.Protocol.Packets;

/// <summary>The return codes of CONNACK before 5.0 (MQTT 3.1.1 table 3.1) and the reason codes they stand for.</summary>
public static class ReturnCodes
{
    /// <summary>The greatest return code there is.</summary>
    public const byte Max = 5;

    /// <summary>The return code, 0 to 5, that says best what <paramref name="reason"/> says.</summary>
    /// <param name="reason">Result of a CONNECT.</param>
    public static byte FromReason(ReasonCode reason) => reason switch
    {
        < ReasonCode.UnspecifiedError => 0,
        ReasonCode.UnsupportedProtocolVersion => 1,
        ReasonCode.ClientIdentifierNotValid => 2,
        ReasonCode.BadUserNameOrPassword or ReasonCode.BadAuthenticationMethod => 4,
        ReasonCode.NotAuthorized or ReasonCode.Banned => 5,
        _ => 3,
    };

    /// <summary>The reason code that a return code stands for.</summary>
    /// <param name="returnCode">0 to 5.</param>
    public static ReasonCode ToReason(byte returnCode) => returnCode switch
    {
        0 => ReasonCode.Success,
        1 => ReasonCode.UnsupportedProtocolVersion,
        2 => ReasonCode.ClientIdentifierNotValid,
        3 => ReasonCode.ServerUnavailable,
        4 => ReasonCode.BadUserNameOrPassword,
        _ => ReasonCode.NotAuthorized,
    };
}
