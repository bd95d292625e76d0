using Broker.Messages;
using Broker.Sessions;

namespace Broker.Routing;

/// <summary>The connections that got something in a read batch; each is drained once at its end. Belongs to one thread.</summary>
internal sealed class TouchedConnections
{
    private readonly List<ISessionConnection> _connections = [];

    /// <summary>The connections among them that are written to at once.</summary>
    public ConnectionHold Hold { get; } = new();

    /// <summary>
    /// Whether a long queue may be drained in between. Not while a group of the store is open: no commit begins until it ends.
    /// </summary>
    public bool MayDrainNow { get; set; } = true;

    public void Add(ISessionConnection connection)
    {
        if (connection.TryTouch()) _connections.Add(connection);
    }

    /// <summary>Writes a message to its receiver at once, where that may be done: <see cref="Session.TryPass"/>.</summary>
    public bool TryPass(in Publication publication, Subscription subscription) =>
        MayDrainNow && subscription.Session.TryPass(in publication, subscription, Hold);

    /// <summary>Drains all on this thread and forgets them.</summary>
    public void Drain()
    {
        Hold.Release();
        for (int i = 0; i < _connections.Count; i++) _connections[i].Drain();
        _connections.Clear();
    }
}
