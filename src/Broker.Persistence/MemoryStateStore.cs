using Broker.Persistence.Changes;
using Broker.Persistence.Paging;

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

    /// <inheritdoc/>
    public long PendingBytes => 0;

    /// <inheritdoc/>
    public void BeginGroup()
    {
    }

    /// <inheritdoc/>
    public void EndGroup()
    {
    }

    /// <inheritdoc/>
    public void RequestPage(DeliveryPageRequest request) =>
        throw new InvalidOperationException("There is nothing to read: no delivery was ever stored.");
}
