using System.Diagnostics.CodeAnalysis;

namespace Broker.Persistence.GroupCommit;

/// <summary>The persistent sessions by client id, with the keys of their rows. Belongs to the writer's thread.</summary>
internal sealed class SessionTable
{
    private readonly Dictionary<string, SessionEntry> _sessions = new(StringComparer.Ordinal);
    private long _lastId;

    public int Count => _sessions.Count;

    /// <summary>Takes a session that is in the database.</summary>
    public void AddStored(SessionEntry session)
    {
        session.IsStored = true;
        _sessions.Add(session.ClientId, session);
        _lastId = Math.Max(_lastId, session.Id);
    }

    public bool TryGet(string clientId, [NotNullWhen(true)] out SessionEntry? session) =>
        _sessions.TryGetValue(clientId, out session);

    public SessionEntry FindOrAdd(string clientId)
    {
        if (_sessions.TryGetValue(clientId, out SessionEntry? session)) return session;
        session = new SessionEntry(++_lastId, clientId);
        _sessions.Add(clientId, session);
        return session;
    }

    public void Rename(SessionEntry session, string newClientId)
    {
        _sessions.Remove(session.ClientId);
        session.ClientId = newClientId;
        _sessions.Add(newClientId, session);
    }

    public void Remove(SessionEntry session) => _sessions.Remove(session.ClientId);
}
