using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Persistence.Loading;
using Broker.Persistence.Paging;

namespace Broker.TestKit;

/// <summary>
/// A store that commits when the test says so: what an acknowledgement promises can be seen to be committed before it leaves.
/// </summary>
public sealed class ManualStateStore : IStateStore
{
    private readonly Lock _gate = new();
    private readonly List<StateChange> _changes = [];
    private readonly List<(long Ticket, ICommitWaiter Waiter)> _waiters = [];
    private readonly List<(Func<StateChange, bool> Wanted, TaskCompletionSource<StateChange> Found)> _watchers = [];
    private TaskCompletionSource? _nextWaiter;
    private long _durable;
    private int _openGroups;

    /// <summary>Whether every change is durable at once. Default false: only <see cref="Commit"/> makes it so.</summary>
    public bool CommitsAtOnce { get; init; }

    /// <summary>Is called before each change, on the thread that brings it.</summary>
    public Action<StateChange>? Appending { get; init; }

    /// <inheritdoc/>
    public bool IsDurable => true;

    /// <inheritdoc/>
    public long DurableTicket => Volatile.Read(ref _durable);

    /// <summary>Every change so far, in order; the ticket of the first is 1.</summary>
    public IReadOnlyList<StateChange> Changes
    {
        get { lock (_gate) return [.. _changes]; }
    }

    /// <summary>The changes that are not committed yet.</summary>
    public IReadOnlyList<StateChange> Pending
    {
        get { lock (_gate) return [.. _changes.Skip((int)_durable)]; }
    }

    /// <inheritdoc/>
    public long Append(StateChange change)
    {
        Appending?.Invoke(change);
        lock (_gate)
        {
            _changes.Add(change);
            if (CommitsAtOnce) _durable = _changes.Count;
            foreach (var watcher in _watchers.Where(watcher => watcher.Wanted(change)).ToArray())
                watcher.Found.TrySetResult(change);
            return _changes.Count;
        }
    }

    /// <inheritdoc/>
    public bool TryWait(long ticket, ICommitWaiter waiter)
    {
        lock (_gate)
        {
            if (ticket <= _durable) return false;
            _waiters.Add((ticket, waiter));
            _nextWaiter?.TrySetResult();
            return true;
        }
    }

    /// <inheritdoc/>
    public long PendingBytes { get; set; }

    /// <summary>Groups that are open now.</summary>
    public int OpenGroups => Volatile.Read(ref _openGroups);

    /// <inheritdoc/>
    public void BeginGroup() => Interlocked.Increment(ref _openGroups);

    /// <inheritdoc/>
    public void EndGroup() => Interlocked.Decrement(ref _openGroups);

    /// <inheritdoc/>
    public void RequestPage(DeliveryPageRequest request)
    {
        if (!TryWait(request.Ticket, new PageWaiter(this, request))) Read(request);
    }

    /// <summary>Makes every change so far durable and tells who waits, on the caller's thread.</summary>
    public void Commit() => CommitThrough(long.MaxValue);

    /// <summary>Makes the changes up to a ticket durable and tells who waits for them.</summary>
    public void CommitThrough(long ticket)
    {
        ICommitWaiter[] ready;
        lock (_gate)
        {
            _durable = Math.Max(_durable, Math.Min(ticket, _changes.Count));
            ready = [.. _waiters.Where(entry => entry.Ticket <= _durable).Select(entry => entry.Waiter)];
            _waiters.RemoveAll(entry => entry.Ticket <= _durable);
        }
        foreach (ICommitWaiter waiter in ready) waiter.OnCommitted();
    }

    private void Read(DeliveryPageRequest request)
    {
        Dictionary<string, SortedDictionary<long, StoredDelivery>> all = [];
        foreach (StateChange change in Changes.Take((int)DurableTicket)) Apply(change, all);
        List<StoredDelivery> page = [.. all.GetValueOrDefault(request.ClientId, [])
            .Where(row => row.Key > request.AfterSequence && row.Key <= request.ThroughSequence)
            .Select(row => row.Value).Take(request.CountMax)];
        long through = page.Count == request.CountMax ? page[^1].Queued.Sequence : request.ThroughSequence;
        request.Receiver.OnPage(request, new DeliveryPage(page, through));
    }

    private static void Apply(StateChange change, Dictionary<string, SortedDictionary<long, StoredDelivery>> all)
    {
        switch (change)
        {
            case DeliveryQueued queued:
                if (!all.ContainsKey(queued.ClientId)) all[queued.ClientId] = [];
                all[queued.ClientId][queued.Sequence] = new StoredDelivery(queued, IsReleased: false);
                break;
            case DeliveryReleased released when all.TryGetValue(released.ClientId, out var ofReleased):
                ofReleased[released.Sequence] = ofReleased[released.Sequence] with { IsReleased = true };
                break;
            case DeliveryRemoved removed when all.TryGetValue(removed.ClientId, out var ofRemoved):
                ofRemoved.Remove(removed.Sequence);
                break;
            case SessionRemoved removed:
                all.Remove(removed.ClientId);
                break;
            case SessionRenamed renamed when all.Remove(renamed.ClientId, out var ofRenamed):
                all[renamed.NewClientId] = ofRenamed;
                break;
        }
    }

    private sealed class PageWaiter(ManualStateStore store, DeliveryPageRequest request) : ICommitWaiter
    {
        public void OnCommitted() => store.Read(request);
    }

    /// <summary>Ends when somebody waits for a ticket, from now on.</summary>
    public Task NextWaiterAsync()
    {
        TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate) _nextWaiter = next;
        return next.Task.WaitAsync(TestTime.Patience);
    }

    /// <summary>Waits until a change of a kind was appended; at once if there is one already.</summary>
    /// <exception cref="TimeoutException">None came.</exception>
    public async Task<T> WaitForAsync<T>(Func<T, bool>? wanted = null)
        where T : StateChange
    {
        TaskCompletionSource<StateChange> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool IsWanted(StateChange change) => change is T fact && (wanted is null || wanted(fact));
        lock (_gate)
        {
            if (_changes.FirstOrDefault(IsWanted) is T change) return change;
            _watchers.Add((IsWanted, found));
        }
        return (T)await found.Task.WaitAsync(TestTime.Patience).ConfigureAwait(false);
    }
}
