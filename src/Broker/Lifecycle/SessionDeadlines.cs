using Broker.Sessions;

namespace Broker.Lifecycle;

/// <summary>What is due for a session without a connection.</summary>
internal enum DeadlineKind
{
    /// <summary>Its Will Delay Interval has passed.</summary>
    Will,
    /// <summary>Its Session Expiry Interval has passed.</summary>
    Expiry,
}

/// <summary>A deadline is void when the session was attached since it was set: its epoch moved on.</summary>
internal readonly record struct Deadline(Session Session, long Epoch, DeadlineKind Kind);

/// <summary>Absolute instants at which something happens to sessions that are away, by wall clock. Thread-safe.</summary>
internal sealed class SessionDeadlines
{
    /// <summary>Below so many, void ones are left until their time comes.</summary>
    private const int TidyFrom = 1024;

    private readonly Lock _lock = new();
    private readonly PriorityQueue<Deadline, long> _queue = new();
    private int _tidyAt = TidyFrom;

    /// <summary>Deadlines that are kept, void ones among them.</summary>
    public int Count
    {
        get { lock (_lock) return _queue.Count; }
    }

    public void Add(in Deadline deadline, long dueUnixMilliseconds)
    {
        lock (_lock)
        {
            if (_queue.Count >= _tidyAt) Tidy();
            _queue.Enqueue(deadline, dueUnixMilliseconds);
        }
    }

    /// <summary>Takes the next one that is due and not void.</summary>
    public bool TryTake(long nowUnixMilliseconds, out Deadline deadline)
    {
        lock (_lock)
        {
            while (_queue.TryPeek(out deadline, out long due))
            {
                bool isVoid = deadline.Epoch != deadline.Session.Epoch;
                if (!isVoid && due > nowUnixMilliseconds) return false;
                _queue.Dequeue();
                if (!isVoid) return true;
            }
            return false;
        }
    }

    // A client that comes and goes leaves a void deadline each time, due perhaps in years: without this they would pile up.
    private void Tidy()
    {
        (Deadline Deadline, long Due)[] live =
            [.. _queue.UnorderedItems.Where(static item => item.Element.Epoch == item.Element.Session.Epoch)];
        _queue.Clear();
        _queue.EnqueueRange(live);
        _tidyAt = Math.Max(TidyFrom, live.Length * 2);
    }
}
