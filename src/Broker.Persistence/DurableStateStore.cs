using Broker.Persistence.Changes;
using Broker.Persistence.GroupCommit;
using Broker.Persistence.Inspection;
using Broker.Persistence.Loading;
using Broker.Persistence.Paging;

namespace Broker.Persistence;

/// <summary>State that survives the process: a change is durable when the commit that holds it has ended.</summary>
public sealed class DurableStateStore : IStateStore, IDisposable
{
    private readonly IStateDatabase _database;
    private readonly GroupCommitWriter _writer;
    private readonly DeliveryPager _pager;
    private readonly StoreObserver _observer;

    internal DurableStateStore(IStateDatabase database, StoredIndex index, StoreOptions options)
    {
        _database = database;
        _observer = new StoreObserver(options);
        _writer = new GroupCommitWriter(database, index, options.Time, _observer);
        _pager = new DeliveryPager(database.OpenReader, _writer.Waiters, options);
        _writer.Start();
    }

    /// <inheritdoc/>
    public bool IsDurable => true;

    /// <summary>
    /// The highest ticket whose change, and every change before it, is committed. Tickets go on where the last process committed.
    /// </summary>
    public long DurableTicket => _writer.Waiters.DurableTicket;

    /// <inheritdoc/>
    public bool IsAvailable => _observer.Availability.IsAvailable;

    /// <summary>Whether commits get through, and if not, why.</summary>
    public StoreAvailability Availability => _observer.Availability;

    /// <summary>Since when commits get through, or do not.</summary>
    public DateTimeOffset AvailableSince => _observer.Since;

    /// <summary>Files that belong to it on this machine, those that exist; empty: it is on a server.</summary>
    public IReadOnlyList<string> Files => _database.Files;

    /// <summary>What was written since the store was opened.</summary>
    public StoreCounters Counters => _writer.Counters;

    /// <summary>What it takes on the disk, by part. Asks the file system or the server: blocks while it does.</summary>
    /// <exception cref="System.Data.Common.DbException">The database is out of reach.</exception>
    public IReadOnlyList<StoreSize> ReadSizes() => _database.ReadSizes();

    /// <inheritdoc/>
    public long PendingBytes => _writer.PendingBytes;

    /// <inheritdoc/>
    public long Append(StateChange change) => _writer.Append(change);

    /// <inheritdoc/>
    public bool TryWait(long ticket, ICommitWaiter waiter) => _writer.Waiters.TryWait(ticket, waiter);

    /// <inheritdoc/>
    public void BeginGroup() => _writer.Groups.Enter();

    /// <inheritdoc/>
    public void EndGroup() => _writer.Groups.Leave();

    /// <inheritdoc/>
    public void RequestPage(DeliveryPageRequest request) => _pager.Request(request);

    /// <summary>Reads what is committed now, on a connection of its own, whatever is committed meanwhile.</summary>
    /// <exception cref="System.Data.Common.DbException">The database is out of reach.</exception>
    public async Task<StoredState> ReadAsync(CancellationToken cancellationToken = default) =>
        new(await _database.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>Everything of an import is committed: from now on a broker may open it.</summary>
    /// <exception cref="System.Data.Common.DbException">The database is out of reach.</exception>
    internal void EndImport()
    {
        using System.Data.Common.DbConnection connection = _database.OpenBeside();
        Transfer.ImportMark.Clear(connection);
    }

    /// <summary>Commits what is pending, if the database is there, and closes it. No change is taken afterwards.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        _pager.Dispose();
        _database.Dispose();
    }
}
