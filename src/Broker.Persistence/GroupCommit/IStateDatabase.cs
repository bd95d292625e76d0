using System.Data.Common;
using Broker.Persistence.Inspection;
using Broker.Persistence.Paging;

namespace Broker.Persistence.GroupCommit;

/// <summary>What differs between databases. Everything but reading belongs to the writer's thread.</summary>
internal interface IStateDatabase : IDisposable
{
    /// <summary>Files that belong to it on this machine; empty: none.</summary>
    IReadOnlyList<string> Files => [];

    /// <summary>Connects for writing, again if it was connected before.</summary>
    /// <returns>The ticket of the last commit: an attempt that failed may have been committed all the same.</returns>
    /// <exception cref="DbException">The database is out of reach.</exception>
    /// <exception cref="IOException">The database is out of reach.</exception>
    /// <exception cref="StoreLostException">Another broker has it: nothing may be written any more.</exception>
    long Connect();

    /// <summary>Writes a plan in one transaction.</summary>
    /// <returns>Rows inserted, changed and deleted.</returns>
    /// <exception cref="DbException">It is not known to be committed; <see cref="Connect"/> tells.</exception>
    /// <exception cref="IOException">The same.</exception>
    int Commit(CommitPlan plan, MessageReferences references);

    /// <summary>Asks the database whether it is there, on the connection for writing.</summary>
    /// <exception cref="DbException">It is out of reach.</exception>
    /// <exception cref="IOException">The same.</exception>
    void Ping();

    /// <summary>Opens a connection of its own to read pages with. Any thread.</summary>
    /// <exception cref="DbException">The database is out of reach.</exception>
    IDeliveryReader OpenReader();

    /// <summary>What it takes on the disk, by part. Any thread.</summary>
    /// <exception cref="DbException">The database is out of reach.</exception>
    IReadOnlyList<StoreSize> ReadSizes() => [];

    /// <summary>
    /// Opens a connection of its own that may write, for what is done while the writer has nothing to do. Any thread.
    /// </summary>
    /// <exception cref="DbException">The database is out of reach.</exception>
    DbConnection OpenBeside() => throw new NotSupportedException();

    /// <summary>Opens a connection of its own that sees the database as it is now, whatever is committed afterwards.</summary>
    /// <exception cref="DbException">The database is out of reach.</exception>
    ValueTask<DbConnection> OpenSnapshotAsync(CancellationToken cancellationToken);
}
