using Broker.Messages;
using Broker.Security;
using Broker.Sessions;

namespace Broker.Routing;

/// <summary>The connections that got something in a read batch; each is drained once at its end. Belongs to one thread.</summary>
internal sealed class TouchedConnections
{
    private readonly List<ISessionConnection> _connections = [];
    private ConnectionHold? _hold;

    /// <summary>The connections among them that are written to at once.</summary>
    public ConnectionHold Hold => _hold ??= new ConnectionHold();

    /// <summary>Whether this is <see cref="Hold"/>. May be asked by any thread.</summary>
    public bool IsOwn(ConnectionHold hold) => _hold == hold;

    /// <summary>
    /// Whether a long queue may be drained in between. Not while a group of the store is open: no commit begins until it ends.
    /// Nothing is held then either: <see cref="Release"/> first.
    /// </summary>
    public bool MayDrainNow { get; set; } = true;

    /// <summary>It got something.</summary>
    /// <param name="connection">Which.</param>
    /// <param name="isQos0">Whether that has QoS 0: what passes from now on must not overtake it.</param>
    public void Add(ISessionConnection connection, bool isQos0)
    {
        if (isQos0 && _hold is not null) connection.LetGo(_hold);
        if (connection.TryTouch()) _connections.Add(connection);
    }

    /// <summary>Drains one on this thread, before the end of the read batch.</summary>
    public void DrainNow(ISessionConnection connection)
    {
        if (_hold is not null) connection.LetGo(_hold);
        connection.Drain();
    }

    /// <summary>Writes messages to their receiver at once, where that may be done: <see cref="Session.Pass"/>.</summary>
    /// <returns>How many were written, from the first on.</returns>
    public int Pass(in PublicationRun run, Subscription subscription, ClientAccess? access) =>
        MayDrainNow ? subscription.Session.Pass(in run, subscription, Hold, access) : 0;

    /// <summary>Lets go of the connections that were written to: each sends it.</summary>
    public void Release() => _hold?.Release();

    /// <summary>Drains all on this thread and forgets them.</summary>
    public void Drain()
    {
        _hold?.Release();
        for (int i = 0; i < _connections.Count; i++) _connections[i].Drain();
        _connections.Clear();
    }
}
