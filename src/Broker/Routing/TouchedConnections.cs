using Broker.Sessions;

namespace Broker.Routing;

/// <summary>The connections that got something in a read batch; each is drained once at its end. Belongs to one thread.</summary>
internal sealed class TouchedConnections
{
    private readonly List<ISessionConnection> _connections = [];

    /// <summary>
    /// Whether a long queue may be drained in between. Not while a group of the store is open: no commit begins until it ends.
    /// </summary>
    public bool MayDrainNow { get; set; } = true;

    public void Add(ISessionConnection connection)
    {
        if (connection.TryTouch()) _connections.Add(connection);
    }

    /// <summary>Drains all on this thread and forgets them.</summary>
    public void Drain()
    {
        for (int i = 0; i < _connections.Count; i++) _connections[i].Drain();
        _connections.Clear();
    }
}
