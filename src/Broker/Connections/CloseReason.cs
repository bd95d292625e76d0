using Broker.Diagnostics;
using Broker.Protocol;

namespace Broker.Connections;

/// <summary>Why a connection ends, what the peer is told, and whether its will is wanted.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Code">What a 5.0 peer is told; Success: nothing is sent.</param>
/// <param name="Text">What the operator reads, a clause.</param>
internal sealed record CloseReason(CloseKind Kind, ReasonCode Code, string Text)
{
    public static readonly CloseReason ClientDisconnected = new(CloseKind.ClientDisconnected, ReasonCode.Success, "disconnected");

    public static readonly CloseReason PeerClosed = new(CloseKind.PeerClosed, ReasonCode.Success, "closed its connection");

    public static readonly CloseReason KeepAliveTimeout =
        new(CloseKind.KeepAliveTimeout, ReasonCode.KeepAliveTimeout, "exceeded timeout");

    public static readonly CloseReason ConnectTimeout =
        new(CloseKind.ConnectTimeout, ReasonCode.Success, "sent no CONNECT in time");

    public static readonly CloseReason TakenOver =
        new(CloseKind.TakenOver, ReasonCode.SessionTakenOver, "session taken over");

    public static readonly CloseReason ServerShutdown =
        new(CloseKind.ServerShutdown, ReasonCode.ServerShuttingDown, "server shutting down");

    public static readonly CloseReason NoLongerAllowed =
        new(CloseKind.NoLongerAllowed, ReasonCode.NotAuthorized, "not authorised any more");

    public static readonly CloseReason AdministrativeAction =
        new(CloseKind.AdministrativeAction, ReasonCode.AdministrativeAction, "disconnected by an administrator");

    public static readonly CloseReason CredentialsExpired =
        new(CloseKind.CredentialsExpired, ReasonCode.MaximumConnectTime, "what let it in has expired");

    public static readonly CloseReason NotDecided =
        new(CloseKind.NotDecided, ReasonCode.ServerBusy, "who has to be asked about a topic does not answer");

    /// <summary>Whether the will is published: always, but for a DISCONNECT that says it is not wanted.</summary>
    public bool IsWillWanted { get; init; } = true;

    /// <summary>A Session Expiry Interval that DISCONNECT gave, seconds.</summary>
    public uint? ExpirySeconds { get; init; }

    /// <summary>The server that a 5.0 peer is told to use instead, or null (MQTT 5.0 section 4.11).</summary>
    public string? ServerReference { get; init; }

    public static CloseReason Of(Fault fault) => new(CloseKind.Fault, fault.ReasonCode, fault.Text);
}
