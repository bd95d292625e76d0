using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Broker.Sessions;

/// <summary>
/// All sessions by client id. Whoever opens, takes over or ends a session holds the lock of its stripe; the lock order is
/// registry, then session.
/// </summary>
internal sealed class SessionRegistry
{
    private const int Stripes = 64;

    private readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly Lock[] _stripes = [.. Enumerable.Range(0, Stripes).Select(_ => new Lock())];

    /// <summary>So many ends are kept before those that are durable are let go of.</summary>
    private const int EndsKept = 1024;

    private readonly ConcurrentDictionary<string, long> _ends = new(StringComparer.Ordinal);

    /// <summary>Sessions, connected or not.</summary>
    public int Count => _sessions.Count;

    /// <summary>A snapshot-free walk; sessions that come and go meanwhile may be missed.</summary>
    public IEnumerable<Session> Sessions => _sessions.Select(static pair => pair.Value);

    /// <summary>The lock under which this client id's session is opened, taken over and ended.</summary>
    public Lock LockOf(string clientId) =>
        _stripes[(uint)string.GetHashCode(clientId, StringComparison.Ordinal) % Stripes];

    public bool TryGet(string clientId, [NotNullWhen(true)] out Session? session) => _sessions.TryGetValue(clientId, out session);

    /// <summary>Makes a session known. The caller holds its stripe's lock.</summary>
    public void Add(Session session) => _sessions[session.ClientId] = session;

    /// <summary>
    /// A session's end is on its way to the disk: whoever has its client id next is told that it is gone only when it is. The
    /// caller holds its stripe's lock.
    /// </summary>
    public void NoteEnd(string clientId, long ticket, long durableTicket)
    {
        _ends[clientId] = ticket;
        if (_ends.Count <= EndsKept) return;
        foreach ((string ended, long at) in _ends)
        {
            if (at <= durableTicket) _ends.TryRemove(new KeyValuePair<string, long>(ended, at));
        }
    }

    /// <summary>The ticket of the last end of a session with this client id; 0: none. Under its stripe's lock.</summary>
    public long TakeEndTicket(string clientId) => _ends.TryRemove(clientId, out long ticket) ? ticket : 0;

    /// <summary>Forgets a session, unless another has its client id by now. The caller holds its stripe's lock.</summary>
    public bool Remove(Session session) =>
        _sessions.TryRemove(new KeyValuePair<string, Session>(session.ClientId, session));
}
