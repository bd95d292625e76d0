using System.Data.Common;
using Broker.Persistence.GroupCommit;
using Broker.Persistence.Paging;
using Broker.TestKit;

namespace Broker.UnitTests.Persistence;

/// <summary>A database that commits, hangs or fails as the test says.</summary>
internal sealed class ManualDatabase : IStateDatabase
{
    private readonly SemaphoreSlim _started = new(0);
    private readonly SemaphoreSlim _verdicts = new(0);
    private volatile bool _fails;
    private long _ticket;

    public List<CommitPlan> Plans { get; } = [];

    /// <summary>Whether an attempt that fails is committed all the same.</summary>
    public bool CommitsWhatFails { get; init; }

    public long Connect() => _ticket;

    public int Commit(CommitPlan plan, MessageReferences references)
    {
        Plans.Add(plan);
        _started.Release();
        if (!_verdicts.Wait(TestTime.Patience))
            throw new TimeoutException("The test says neither that it works nor that it fails.");
        references.Unreferenced(plan, []);
        if (_fails && !CommitsWhatFails) throw new IOException("The disk is full.");
        _ticket = plan.Ticket;
        return _fails ? throw new IOException("The line was cut.") : 1;
    }

    /// <summary>Waits until an attempt is under way.</summary>
    public async Task StartedAsync() => Assert.True(await _started.WaitAsync(TestTime.Patience));

    /// <summary>How the attempt that is under way, or the next one, ends.</summary>
    public void Finish(bool fails = false)
    {
        _fails = fails;
        _verdicts.Release();
    }

    public void Ping()
    {
    }

    public IDeliveryReader OpenReader() => throw new NotSupportedException("Nothing is kept.");

    public ValueTask<DbConnection> OpenSnapshotAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException("Nothing is kept.");

    public void Dispose()
    {
        _started.Dispose();
        _verdicts.Dispose();
    }
}
