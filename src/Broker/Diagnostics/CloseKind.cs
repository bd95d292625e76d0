namespace Broker.Diagnostics;

/// <summary>Why a connection ends.</summary>
internal enum CloseKind
{
    /// <summary>The client sent DISCONNECT.</summary>
    ClientDisconnected,
    /// <summary>The peer closed or lost the connection.</summary>
    PeerClosed,
    /// <summary>Nothing came for one and a half times the keep-alive time [MQTT-3.1.2-22].</summary>
    KeepAliveTimeout,
    /// <summary>No CONNECT came in time.</summary>
    ConnectTimeout,
    /// <summary>Another connection has the same client id [MQTT-3.1.4-3].</summary>
    TakenOver,
    /// <summary>The broker stops.</summary>
    ServerShutdown,
    /// <summary>The peer broke a rule.</summary>
    Fault,
    /// <summary>CONNECT was refused.</summary>
    Refused,
    /// <summary>A reload took away what let it in.</summary>
    NoLongerAllowed,
    /// <summary>An administrator ended it.</summary>
    AdministrativeAction,
    /// <summary>It is banned.</summary>
    Banned,
    /// <summary>What let it in, a token, has come to its end.</summary>
    CredentialsExpired,
    /// <summary>Who has to be asked about a topic does not answer.</summary>
    NotDecided,
}
