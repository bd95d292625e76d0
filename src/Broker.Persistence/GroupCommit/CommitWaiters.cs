namespace Broker.Persistence.GroupCommit;

/// <summary>The durable ticket and who waits for it. Thread-safe.</summary>
/// <param name="durableTicket">Where it starts.</param>
/// <param name="onFailure">Is told the exception of a waiter, which does not hurt the others.</param>
internal sealed class CommitWaiters(long durableTicket, Action<Exception>? onFailure)
{
    /// <summary>Below so many, those that are gone are left until the next commit.</summary>
    private const int TidyFrom = 1024;

    private readonly Lock _lock = new();
    private readonly PriorityQueue<ICommitWaiter, long> _waiters = new();
    private long _durableTicket = durableTicket;
    private int _tidyAt = TidyFrom;

    public long DurableTicket => Volatile.Read(ref _durableTicket);

    /// <summary>Waiters that are kept, some of them gone.</summary>
    public int Count
    {
        get { lock (_lock) return _waiters.Count; }
    }

    /// <summary>
    /// Takes a waiter; false when the ticket is durable, which cannot change between the question and the answer.
    /// </summary>
    public bool TryWait(long ticket, ICommitWaiter waiter)
    {
        if (ticket <= DurableTicket) return false;
        lock (_lock)
        {
            if (ticket <= _durableTicket) return false;
            if (_waiters.Count >= _tidyAt) Tidy();
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

    // While the database is away clients come, wait for their CONNACK, give up and come again.
    private void Tidy()
    {
        (ICommitWaiter Waiter, long Ticket)[] live = [.. _waiters.UnorderedItems.Where(static item => !item.Element.IsGone)];
        _waiters.Clear();
        _waiters.EnqueueRange(live);
        _tidyAt = Math.Max(TidyFrom, live.Length * 2);
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
