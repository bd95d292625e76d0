using System.Diagnostics.CodeAnalysis;
using Broker.Routing;
using Broker.Sessions;

namespace Broker.Lifecycle;

/// <summary>A session that an administrator ended.</summary>
/// <param name="Connection">The connection that served it, which the caller closes; null: its client was away.</param>
/// <param name="Ticket">What must be durable before it may be said to be gone; 0: nothing.</param>
internal readonly record struct DeletedSession(ISessionConnection? Connection, long Ticket);

// What administrators do to sessions.
internal sealed partial class SessionLifecycle
{
    /// <summary>
    /// Ends a session as if it had expired: its will is published [MQTT-3.1.2-8], what waits is dropped and counted, what came
    /// by shared subscriptions goes to their other members.
    /// </summary>
    /// <returns>False: there is none.</returns>
    public bool TryDelete(string clientId, [NotNullWhen(true)] out DeletedSession? deleted)
    {
        deleted = null;
        TouchedConnections touched = NewTouched();
        SharedLegacy? legacy;
        // The end of the session, its will and what the will leads to are one commit.
        _context.Store.BeginGroup();
        try
        {
            Will? will;
            lock (_registry.LockOf(clientId))
            {
                if (!_registry.TryGet(clientId, out Session? session)) return false;
                ISessionConnection? connection = session.TakeOver(out will);
                deleted = new DeletedSession(connection, EndLocked(session, out legacy));
            }
            if (will is not null) Publish(will, touched);
            if (legacy is not null) HandOn(legacy, touched);
        }
        finally
        {
            _context.Store.EndGroup();
        }
        touched.Drain();
        Begin(legacy?.Stored);
        return true;
    }
}
