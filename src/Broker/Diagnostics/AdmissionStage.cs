namespace Broker.Diagnostics;

/// <summary>What somebody who wants to be let in waits for.</summary>
internal enum AdmissionStage
{
    /// <summary>For the arithmetic of its TLS handshake: <c>max_pending_handshakes</c>.</summary>
    Handshake,
    /// <summary>For its CONNECT to be taken up at all: <c>connect_rate</c>.</summary>
    Rate,
    /// <summary>For its CONNECT, which has a password: <c>max_pending_connects</c>.</summary>
    Password,
    /// <summary>For its CONNECT, which has none: <c>max_pending_connects</c>.</summary>
    Connect,
}
