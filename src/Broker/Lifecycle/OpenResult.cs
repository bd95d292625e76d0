using Broker.Sessions;

namespace Broker.Lifecycle;

/// <summary>What opening a session came to.</summary>
/// <param name="Session">The session; null: there are <c>global_max_clients</c> already.</param>
/// <param name="IsPresent">Session Present of CONNACK [MQTT-3.2.2-2].</param>
/// <param name="Ticket">What must be durable before CONNACK; 0: nothing.</param>
internal readonly record struct OpenResult(Session? Session, bool IsPresent, long Ticket)
{
    /// <summary>The connection that it was taken over from, and that was told to close; null: it was away.</summary>
    public ISessionConnection? Previous { get; init; }
}
