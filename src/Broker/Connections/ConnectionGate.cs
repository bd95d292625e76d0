using System.Net;
using Broker.Diagnostics;

namespace Broker.Connections;

/// <summary>
/// How many connections there may be: of a listener, of all, and of an address. A connection counts from its accept on, so that
/// one that never ends its TLS handshake, or never sends its request for a WebSocket, is one as well. Thread-safe.
/// </summary>
internal sealed partial class ConnectionGate(BrokerEngine engine)
{
    private readonly ConnectionCounter _counter = new(engine.Options.Limits.ConnectionsMax);

    /// <summary><c>global_max_connections</c> has changed.</summary>
    public void SetMax(int countMax) => _counter.SetMax(countMax);

    /// <summary>A connection was accepted.</summary>
    /// <returns>Its place, which is to be left; null: it is to be closed, and that is counted and logged.</returns>
    public ConnectionPlace? TryEnter(IConnectionOrigin origin)
    {
        engine.Metrics.ConnectionAccepted(origin.Listener);
        if (_counter.TryEnter(origin.Listener)) return new ConnectionPlace(this, origin.Listener);
        engine.Metrics.ConnectionRefused();
        Log.TooMany(engine.Logger, origin.RemoteAddress);
        return null;
    }

    /// <summary>It is known where it comes from, which may be later: behind a proxy. Nothing happens when it counts for an
    /// address already.</summary>
    /// <returns>False: it is to be closed, and that is counted and logged. Its place is still to be left.</returns>
    public bool TryEnterAddress(ConnectionPlace place, IConnectionOrigin origin)
    {
        if (place.Address is not null) return true;
        if (!engine.Peers.TryEnter(origin, out IPAddress? address)) return false;
        place.Address = address;
        return true;
    }

    /// <summary>For <see cref="ConnectionPlace.Leave"/>.</summary>
    public void Leave(ConnectionPlace place)
    {
        _counter.Leave(place.Listener);
        if (place.Address is { } address) engine.Peers.Counts.Leave(address);
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.ConnectionLimit, LogLevel.Information,
            "Client connection from {Address} denied: max_connections exceeded.")]
        internal static partial void TooMany(ILogger logger, string address);
    }
}
