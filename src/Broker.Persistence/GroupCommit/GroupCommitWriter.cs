using Broker.Persistence.Changes;

namespace Broker.Persistence.GroupCommit;

/// <summary>
/// One thread that takes all that is pending whenever it is free, commits it in one transaction and moves the durable ticket
/// forward. While a commit runs the next batch collects, so a batch is as large as the load makes it.
/// </summary>
/// <remarks>
/// While many deliveries are completed soon after they are queued, a batch is held back a few milliseconds: by then most of it is
/// completed and is never written, which is worth more than the wait. Meanwhile the durable ticket passes whatever has cancelled
/// out, so that nobody waits for a commit that has nothing of theirs to write. Otherwise there is no timer
/// (docs/adr/0007-a-batch-with-live-receivers-is-held-back.md).
/// An attempt that fails is kept as it is and tried again until the database has it; what comes meanwhile collects in the next
/// batch, where it can still cancel out. Nothing is given up but by closing the store.
/// </remarks>
internal sealed class GroupCommitWriter : IDisposable
{
    /// <summary>An idle database is asked so often whether it is still there.</summary>
    private static readonly TimeSpan PingPeriod = TimeSpan.FromSeconds(2);

    /// <summary>How old a batch gets that is worth holding back, so that most of it is completed when it is written.</summary>
    private static readonly TimeSpan HoldPeriod = TimeSpan.FromMilliseconds(5);

    /// <summary>How often it is looked at meanwhile for what has been completed.</summary>
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(1);

    /// <summary>A list that grew larger than this in a rush is let go of.</summary>
    private const int ListCapacityKept = 1 << 16;

    private readonly Lock _lock = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly BackOff _backOff;
    private readonly TimeProvider _time;
    private readonly IStateDatabase _database;
    private readonly MessageReferences _references;
    private readonly OpenTickets _tickets;
    private readonly ChangeBatch _batch;
    private readonly CommitWaiters _waiters;
    private readonly StoreObserver _observer;
    private readonly Thread _thread;
    private List<StateChange?> _pending = [];
    private List<StateChange?> _taken = [];
    private long _lastTicket;
    private long _takenTicket;
    private long _heldSince;
    private long _batchTicket;
    private long _durableTicket;
    private long _pendingBytes;
    private long _takenBytes;
    private long _behindBytes;
    private bool _isIdle;
    private volatile bool _isClosing;

    public GroupCommitWriter(IStateDatabase database, StoredIndex index, TimeProvider time, StoreObserver observer)
    {
        _database = database;
        _references = index.References;
        _tickets = new OpenTickets(index.Ticket);
        _batch = new ChangeBatch(index.Sessions, _tickets);
        _time = time;
        _backOff = new BackOff(time);
        _observer = observer;
        _lastTicket = _takenTicket = _batchTicket = _durableTicket = index.Ticket;
        _waiters = new CommitWaiters(index.Ticket, observer.WaiterFailed);
        _thread = new Thread(Run) { Name = "store writer", IsBackground = true };
    }

    public CommitWaiters Waiters => _waiters;

    public GroupGate Groups { get; } = new();

    public StoreCounters Counters { get; } = new();

    /// <summary>Bytes that changes keep in memory until they are committed, roughly.</summary>
    public long PendingBytes => Volatile.Read(ref _pendingBytes) + Volatile.Read(ref _takenBytes);

    public void Start() => _thread.Start();

    /// <summary>Takes a change. Never waits for more than the list; may be called under any lock.</summary>
    /// <returns>Its ticket.</returns>
    public long Append(StateChange change)
    {
        long ticket;
        lock (_lock)
        {
            _pending.Add(change);
            ticket = ++_lastTicket;
            _pendingBytes += ChangeSize.Of(change);
            // Under the lock, which closing takes before the event goes.
            if (_isIdle && !_isClosing) _wake.Set();
            _isIdle = false;
        }
        return ticket;
    }

    /// <summary>Commits what is pending, if the database is there, and ends the thread.</summary>
    public void Dispose()
    {
        lock (_lock) _isClosing = true;
        _wake.Set();
        _backOff.Interrupt();
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted)) return;
        _thread.Join();
        _wake.Dispose();
        _backOff.Dispose();
    }

    private void Run()
    {
        try
        {
            CommitUntilClosed();
        }
        catch (StoreLostException lost)
        {
            _observer.Failed(lost);
            _observer.Lost?.Invoke(lost);
        }
    }

    private void CommitUntilClosed()
    {
        while (true)
        {
            if (_batchTicket == _durableTicket || !_batch.IsWorthHolding || _isClosing)
            {
                Take(keptBytes: 0);
                AddTaken(keptBytes: 0);
            }
            if (_batchTicket == _durableTicket)
            {
                if (_isClosing) return;
                if (!_wake.WaitOne(PingPeriod) && !TryPing()) return;
                continue;
            }
            if (_batch.IsWorthHolding) LetItAge();
            if (!TryCommitBatch()) return;
        }
    }

    /// <summary>
    /// Keeps the batch until it is as old as it is to get, or nothing is left of it. What comes meanwhile stays behind it.
    /// </summary>
    private void LetItAge()
    {
        while (_tickets.ClosedThrough < _batchTicket && !_isClosing)
        {
            TimeSpan left = HoldPeriod - _time.GetElapsedTime(_heldSince);
            if (left <= TimeSpan.Zero) return;
            _wake.WaitOne(LookPeriod);
            int start = _taken.Count;
            long firstTicket = _takenTicket + 1;
            Take(keptBytes: 0);
            _batch.RemoveCompleted(_taken, start, firstTicket);
            _waiters.Advance(_tickets.ClosedThrough);
        }
    }

    /// <summary>Commits the batch; what was taken behind it is the next one.</summary>
    /// <returns>False when the store was closed before the database had it.</returns>
    private bool TryCommitBatch()
    {
        long ticket = _batchTicket;
        CommitPlan plan = _batch.Take(ticket, _references);
        Counters.Elided(_batch.RowsElided);
        if (!plan.IsEmpty && !TryCommit(plan)) return false;
        _durableTicket = ticket;
        _tickets.CloseThrough(ticket);
        AddTaken(keptBytes: 0);
        _waiters.Advance(_tickets.ClosedThrough);
        return true;
    }

    /// <summary>Takes what is pending. When nothing is, the next change wakes the thread.</summary>
    /// <param name="keptBytes">Of what is kept besides.</param>
    private void Take(long keptBytes)
    {
        Groups.Close();
        lock (_lock)
        {
            _isIdle = _pending.Count == 0 && _batchTicket == _durableTicket;
            if (_taken.Count == 0)
            {
                (_pending, _taken) = (_taken, _pending);
            }
            else
            {
                _taken.AddRange(_pending);
                _pending.Clear();
            }
            _takenTicket = _lastTicket;
            _behindBytes += _pendingBytes;
            _pendingBytes = 0;
            Volatile.Write(ref _takenBytes, keptBytes + _batch.Bytes + _behindBytes);
        }
        Groups.Open();
        _tickets.Extend(_takenTicket);
    }

    /// <summary>Moves what was taken into the batch.</summary>
    /// <param name="keptBytes">Of what is kept besides, because it could not be committed yet.</param>
    private void AddTaken(long keptBytes)
    {
        long ticket = _batchTicket;
        foreach (StateChange? change in _taken)
        {
            ticket++;
            if (change is not null) _batch.Add(change, ticket);
        }
        _taken.Clear();
        if (_taken.Capacity > ListCapacityKept) _taken = [];
        _behindBytes = 0;
        _batchTicket = _takenTicket;
        _heldSince = _time.GetTimestamp();
        Volatile.Write(ref _takenBytes, keptBytes + _batch.Bytes);
    }

    /// <summary>Tries until the database has it.</summary>
    /// <returns>False when the store was closed before.</returns>
    private bool TryCommit(CommitPlan plan)
    {
        while (true)
        {
            try
            {
                // An attempt that failed may have been committed all the same: then its ticket is there.
                if (_observer.IsAvailable || _database.Connect() < plan.Ticket)
                {
                    long begun = _time.GetTimestamp();
                    int rows = _database.Commit(plan, _references);
                    Counters.Committed(rows, _time.GetElapsedTime(begun));
                }
                break;
            }
            catch (Exception exception) when (exception is not StoreLostException)
            {
                _observer.Failed(exception);
            }
            if (_isClosing) return false;
            _backOff.Pause();
            // What was taken before this attempt is still to be added: first that, then what came since.
            AddTaken(plan.Bytes);
            Take(plan.Bytes);
            AddTaken(plan.Bytes);
        }
        _backOff.Reset();
        _references.Committed(plan);
        _observer.Recovered();
        return true;
    }

    /// <summary>Nothing is pending: is the database there? Somebody may ask whether the broker is ready.</summary>
    /// <returns>False when the store was closed before it was back.</returns>
    private bool TryPing()
    {
        while (true)
        {
            try
            {
                if (_observer.IsAvailable) _database.Ping();
                else _database.Connect();
                break;
            }
            catch (Exception exception) when (exception is not StoreLostException)
            {
                _observer.Failed(exception);
            }
            if (_isClosing) return false;
            _backOff.Pause();
            Take(keptBytes: 0);
            AddTaken(keptBytes: 0);
            // What came meanwhile is committed, or tried, by who called.
            if (_batchTicket != _durableTicket) return true;
        }
        _backOff.Reset();
        _observer.Recovered();
        return true;
    }
}
