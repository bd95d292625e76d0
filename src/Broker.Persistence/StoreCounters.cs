namespace Broker.Persistence;

/// <summary>What the writer has done since the store was opened. Read by any thread.</summary>
public sealed class StoreCounters
{
    private long _commits;
    private long _rowsWritten;
    private long _rowsElided;

    /// <summary>Transactions committed.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Rows inserted, changed and deleted.</summary>
    public long RowsWritten => Volatile.Read(ref _rowsWritten);

    /// <summary>Rows of sessions, subscriptions, wills, deliveries, receipts and retained messages that were replaced or removed
    /// before they were written. The message row that a delivery would have brought along is not counted.</summary>
    public long RowsElided => Volatile.Read(ref _rowsElided);

    /// <summary>Is called on the store's thread after each commit with its rows and how long it took: do not block.</summary>
    public Action<int, TimeSpan>? Committing { get; set; }

    internal void Committed(int rows, TimeSpan duration)
    {
        Committing?.Invoke(rows, duration);
        Volatile.Write(ref _commits, _commits + 1);
        Volatile.Write(ref _rowsWritten, _rowsWritten + rows);
    }

    internal void Elided(long rows) => Volatile.Write(ref _rowsElided, rows);
}
