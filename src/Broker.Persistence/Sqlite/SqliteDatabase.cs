using System.Data.Common;
using Broker.Persistence.GroupCommit;
using Broker.Persistence.Inspection;
using Broker.Persistence.Paging;
using Microsoft.Data.Sqlite;

namespace Broker.Persistence.Sqlite;

/// <summary>A store in one SQLite file, which no other process writes while this one holds the lock.</summary>
internal sealed class SqliteDatabase(string path, SqliteFileLock fileLock, string? newFolder = null) : IStateDatabase
{
    private SqliteConnection? _connection;
    private SqliteCommit? _commit;

    public IReadOnlyList<string> Files =>
        [.. newFolder is null ? [] : (string[])[newFolder], .. SqliteFiles.Of(path).Where(File.Exists)];

    public long Connect()
    {
        Disconnect();
        try
        {
            _connection = SqliteConnections.OpenForWriting(path);
            _commit = new SqliteCommit(_connection.Handle!);
            return _commit.ReadTicket();
        }
        catch (SqliteException exception) when (SqliteWriteFailure.IsOfDisk(exception))
        {
            throw SqliteWriteFailure.Explain(path, exception, fileLock);
        }
    }

    public int Commit(CommitPlan plan, MessageReferences references)
    {
        if (_commit is null) throw new InvalidOperationException("Connect comes before Commit.");
        try
        {
            return _commit.Write(plan, references);
        }
        catch (SqliteException exception) when (SqliteWriteFailure.IsOfDisk(exception))
        {
            Disconnect();
            throw SqliteWriteFailure.Explain(path, exception, fileLock);
        }
        catch
        {
            // Rolls back now: a transaction left open would shut out whoever is to mend the trouble.
            Disconnect();
            throw;
        }
    }

    public void Ping()
    {
        // Nothing is between us and the file that could be gone.
    }

    public IDeliveryReader OpenReader() => new DeliveryReader(SqliteConnections.OpenForReading(path));

    public IReadOnlyList<StoreSize> ReadSizes() => SqliteInspection.ReadSizes(path);

    public DbConnection OpenBeside() => SqliteConnections.OpenForWriting(path);

    public ValueTask<DbConnection> OpenSnapshotAsync(CancellationToken cancellationToken) =>
        new(SqliteConnections.OpenSnapshot(path));

    public void Dispose()
    {
        Disconnect();
        fileLock.Dispose();
    }

    private void Disconnect()
    {
        _commit?.Dispose();
        _commit = null;
        _connection?.Dispose();
        _connection = null;
    }
}
