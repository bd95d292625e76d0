namespace Broker.Diagnostics;

/// <summary>How a handshake ended.</summary>
internal enum HandshakeOutcome
{
    /// <summary>The connection is encrypted.</summary>
    Succeeded,
    /// <summary>It was given up: by the client, for its certificate, or because it took too long.</summary>
    Failed,
}

/// <summary>The handshakes of one TLS listener. Any thread.</summary>
internal sealed class TlsCounts
{
    public EnumCounts<HandshakeOutcome> Handshakes { get; } = new("outcome");
}

/// <summary>What is observed of one TLS listener.</summary>
/// <param name="Listener">Its name.</param>
/// <param name="Counts">Its handshakes.</param>
/// <param name="Certificates">File and end of each certificate that is in use now; asked at each observation.</param>
internal sealed record TlsFigures(
    string Listener, TlsCounts Counts, Func<IEnumerable<(string File, DateTimeOffset NotAfter)>> Certificates);
