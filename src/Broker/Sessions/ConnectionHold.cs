namespace Broker.Sessions;

/// <summary>
/// The connections that a read batch holds to write to: each has its draining flag taken, and sends what was written when it is
/// let go. Belongs to one thread.
/// </summary>
internal sealed class ConnectionHold
{
    /// <summary>Each has a block of the transport's memory while it is held.</summary>
    public const int CountMax = 128;

    private readonly List<ISessionConnection> _connections = [];

    /// <summary>Whether one more may be held.</summary>
    public bool HasRoom => _connections.Count < CountMax;

    public void Add(ISessionConnection connection) => _connections.Add(connection);

    /// <summary>Lets all go: each sends what was written to it.</summary>
    public void Release()
    {
        for (int i = 0; i < _connections.Count; i++) _connections[i].LetGo(this);
        _connections.Clear();
    }
}
