using Broker.Diagnostics;

namespace Broker.Sessions;

/// <summary>What became of a message that was offered to a session.</summary>
/// <param name="Drop">None, or why it was not taken.</param>
/// <param name="Connection">Who has to be drained; null: the session is away.</param>
/// <param name="DrainNow">The queue is long: drain now, not at the end of the read batch.</param>
/// <param name="Ticket">What must be durable before the publisher may be answered; 0: nothing.</param>
internal readonly record struct OfferResult(
    DropReason Drop, ISessionConnection? Connection = null, bool DrainNow = false, long Ticket = 0)
{
    /// <summary>It waits among the messages with QoS 0.</summary>
    public bool IsQos0 { get; init; }

    /// <summary>A queue limit begins to bite: worth a line in the log, once until the queue has shrunk again.</summary>
    public bool BeginsDropping { get; init; }
}
