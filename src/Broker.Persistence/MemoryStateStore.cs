using Broker.Persistence.Changes;

namespace Broker.Persistence;

/// <summary>The store of <c>persistence false</c>: nothing survives the process, so nothing has to wait.</summary>
public sealed class MemoryStateStore : IStateStore
{
    /// <inheritdoc/>
    public bool IsDurable => false;

    /// <inheritdoc/>
    public long DurableTicket => long.MaxValue;

    /// <inheritdoc/>
    public long Append(StateChange change) => 0;

    /// <inheritdoc/>
    public bool TryWait(long ticket, ICommitWaiter waiter) => false;
}
