using System.Data.Common;
using Broker.Persistence;

namespace Broker.TestKit.Stores;

/// <summary>A place for one store, whatever database it is in; gone with the test.</summary>
public interface IStoreUnderTest : IDisposable
{
    /// <summary>Opens the store there, a new one at first.</summary>
    DurableStateStore Open(Action<StoreAvailability>? changed = null);

    /// <summary>What an operator would call it.</summary>
    string Location { get; }

    /// <summary>A connection of somebody else, open.</summary>
    DbConnection Connect();

    /// <summary>Asks the database, on a connection of somebody else.</summary>
    long Number(string sql);

    /// <summary>Runs a statement, on a connection of somebody else.</summary>
    void Execute(string sql);
}

/// <summary>Waiting for a store.</summary>
public static class StoreWaiting
{
    /// <summary>Waits until a ticket is durable.</summary>
    public static async Task CommittedAsync(this IStateStore store, long ticket, TimeSpan? patience = null)
    {
        Waiter waiter = new();
        if (store.TryWait(ticket, waiter)) await waiter.Called.WaitAsync(patience ?? TestTime.Patience).ConfigureAwait(false);
    }
}

/// <summary>Counts its calls.</summary>
public sealed class Waiter : ICommitWaiter
{
    private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public Task Called => _called.Task;

    public void OnCommitted()
    {
        Interlocked.Increment(ref _calls);
        _called.TrySetResult();
    }
}
