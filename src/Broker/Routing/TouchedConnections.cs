using Broker.Sessions;

namespace Broker.Routing;

/// <summary>The connections that got something in a read batch; each is drained once at its end. Belongs to one thread.</summary>
internal sealed class TouchedConnections
{
    private readonly List<ISessionConnection> _connections = [];

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
