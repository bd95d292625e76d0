using Broker.Persistence.Changes;
using Broker.Persistence.Paging;

namespace Broker.Persistence;

/// <summary>
/// Durable facts of the broker. A change is appended and answered at once with a ticket; the ticket is durable when the
/// commit that holds the change has ended. What may leave before and what only after is the table in docs/architecture.md.
/// </summary>
/// <remarks>All members may be called from any thread; none waits and none throws for a store that is out of reach.</remarks>
public interface IStateStore
{
    /// <summary>
    /// Whether changes survive the process. When false, <see cref="Append"/> answers 0 and callers may spare themselves
    /// building a change.
    /// </summary>
    bool IsDurable { get; }

    /// <summary>The highest ticket whose change, and every change before it, is committed. Never moves back.</summary>
    long DurableTicket { get; }

    /// <summary>Whether commits get through; while they do not, the durable ticket stands still.</summary>
    bool IsAvailable => true;

    /// <summary>Takes a change for the next commit.</summary>
    /// <returns>Its ticket, rising; 0 when there is nothing to wait for.</returns>
    long Append(StateChange change);

    /// <summary>Asks to be told once when <paramref name="ticket"/> is durable.</summary>
    /// <returns>False when it already is: the waiter was not taken and will not be called.</returns>
    bool TryWait(long ticket, ICommitWaiter waiter);

    /// <summary>
    /// What this thread appends until <see cref="EndGroup"/> is in one commit: after a crash all of it is there or nothing is.
    /// Keep it short: no commit begins meanwhile.
    /// </summary>
    void BeginGroup();

    /// <summary>Ends what <see cref="BeginGroup"/> began, on the same thread.</summary>
    void EndGroup();

    /// <summary>Asks for deliveries of a session that are in the store only. A store that is not durable has none.</summary>
    void RequestPage(DeliveryPageRequest request);

    /// <summary>Bytes that changes keep in memory until they are committed, roughly, and never too few.</summary>
    long PendingBytes { get; }
}
