using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Persistence.Paging;

namespace Broker.Benchmarks.Engine;

/// <summary>A durable store that has committed everything before it is asked: what remains is the cost of the facts.</summary>
internal sealed class PromptStore : IStateStore
{
    private long _ticket;

    public bool IsDurable => true;

    public long DurableTicket => _ticket;

    public long PendingBytes => 0;

    public long Append(StateChange change) => ++_ticket;

    public bool TryWait(long ticket, ICommitWaiter waiter) => false;

    public void BeginGroup()
    {
    }

    public void EndGroup()
    {
    }

    public void RequestPage(DeliveryPageRequest request) =>
        throw new InvalidOperationException("Sessions that are never away have nothing to read.");
}
