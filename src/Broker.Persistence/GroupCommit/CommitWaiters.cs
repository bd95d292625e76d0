namespace Broker.Persistence.GroupCommit;

/// <summary>The durable ticket and who waits for it. Thread-safe.</summary>
/// <param name="durableTicket">Where it starts.</param>
/// <param name="onFailure">Is told the exception of a waiter, which does not hurt the others.</param>
internal sealed class CommitWaiters(long durableTicket, Action<Exception>? onFailure)
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<ICommitWaiter, long> _waiters = new();
    private long _durableTicket = durableTicket;

    public long DurableTicket => Volatile.Read(ref _durableTicket);

    /// <summary>
    /// Takes a waiter; false when the ticket is durable, which cannot change between the question and the answer.
    /// </summary>
    public bool TryWait(long ticket, ICommitWaiter waiter)
    {
        if (ticket <= DurableTicket) return false;
        lock (_lock)
        {
            if (ticket <= _durableTicket) return false;
            _waiters.Enqueue(waiter, ticket);
            return true;
        }
    }

    /// <summary>Moves the durable ticket forward and calls who waited for it, lowest ticket first. One thread only.</summary>
    public void Advance(long ticket)
    {
        List<ICommitWaiter>? ready = null;
        lock (_lock)
        {
            Volatile.Write(ref _durableTicket, Math.Max(_durableTicket, ticket));
            while (_waiters.TryPeek(out ICommitWaiter? waiter, out long wanted) && wanted <= ticket)
            {
                (ready ??= []).Add(waiter);
                _waiters.Dequeue();
            }
        }
        if (ready is null) return;
        foreach (ICommitWaiter waiter in ready) Call(waiter);
    }

    private void Call(ICommitWaiter waiter)
    {
        try
        {
            waiter.OnCommitted();
        }
        catch (Exception exception)
        {
            onFailure?.Invoke(exception);
        }
    }
}
