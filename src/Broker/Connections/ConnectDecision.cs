using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Security;

namespace Broker.Connections;

/// <summary>What the rules say to a CONNECT: exactly one of the two is set.</summary>
internal readonly record struct ConnectDecision(ClientParameters? Parameters, CloseReason? Refusal)
{
    public static ConnectDecision Refuse(ReasonCode code, string text) =>
        new(null, new CloseReason(CloseKind.Refused, code, text));

    /// <summary>The decision once the password was looked at.</summary>
    public ConnectDecision With(AuthenticationOutcome outcome, ProtocolVersion version) => outcome switch
    {
        AuthenticationOutcome.Allowed => this,
        AuthenticationOutcome.NotAnswered => Refuse(ReasonCode.ServerUnavailable, "who has to be asked does not answer"),
        // mosquitto tells no one which of the two was wrong: "not authorised" in every version.
        AuthenticationOutcome.ServerBusy => Refuse(
            version == ProtocolVersion.Mqtt50 ? ReasonCode.ServerBusy : ReasonCode.ServerUnavailable, "too many logins wait"),
        _ => Refuse(ReasonCode.NotAuthorized, "not authorised"),
    };
}
