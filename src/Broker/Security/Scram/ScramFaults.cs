using Broker.Protocol;

namespace Broker.Security.Scram;

/// <summary>
/// What can be wrong with a client's SCRAM message, and what this server does not do (RFC 5802 sections 5.1 and 7). None depends
/// on whether the user exists.
/// </summary>
internal static class ScramFaults
{
    private const string Syntax = "RFC 5802 section 7";

    public static readonly Fault MessageTooLong =
        new(ReasonCode.ProtocolError, "SCRAM message of more than 4,096 bytes", "MQTT 5.0 section 4.12");

    public static readonly Fault MessageNotText = new(ReasonCode.ProtocolError, "SCRAM message is not text", Syntax);

    public static readonly Fault HeaderInvalid = new(ReasonCode.ProtocolError, "SCRAM message without a GS2 header", Syntax);

    public static readonly Fault ChannelBindingNotOffered =
        new(ReasonCode.NotAuthorized, "SCRAM channel binding is not offered", "RFC 5802 section 6");

    public static readonly Fault AuthorizationIdNotOffered =
        new(ReasonCode.NotAuthorized, "SCRAM for another user is not offered", "RFC 5802 section 5.1");

    public static readonly Fault ExtensionNotKnown =
        new(ReasonCode.NotAuthorized, "mandatory SCRAM extension that is not known", "RFC 5802 section 5.1");

    public static readonly Fault ExtensionInvalid = new(ReasonCode.ProtocolError, "malformed SCRAM extension", Syntax);

    public static readonly Fault NameInvalid = new(ReasonCode.ProtocolError, "malformed SCRAM user name", Syntax);

    public static readonly Fault NonceInvalid = new(ReasonCode.ProtocolError, "malformed SCRAM nonce", Syntax);

    public static readonly Fault HeaderChanged =
        new(ReasonCode.ProtocolError, "SCRAM channel binding does not repeat the GS2 header", "RFC 5802 section 5.1");

    public static readonly Fault NonceChanged =
        new(ReasonCode.ProtocolError, "SCRAM nonce is not that of the exchange", "RFC 5802 section 5.1");

    public static readonly Fault ProofInvalid = new(ReasonCode.ProtocolError, "malformed SCRAM proof", Syntax);

    /// <summary>Every one, for the test that demands a test of each.</summary>
    public static IReadOnlyList<Fault> All { get; } =
    [
        MessageTooLong, MessageNotText, HeaderInvalid, ChannelBindingNotOffered, AuthorizationIdNotOffered, ExtensionNotKnown,
        ExtensionInvalid, NameInvalid, NonceInvalid, HeaderChanged, NonceChanged, ProofInvalid,
    ];
}
