using System.Collections.Concurrent;
using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.TestKit;
using Broker.TestKit.Stores;
using Microsoft.Data.Sqlite;

namespace Broker.UnitTests.Persistence;

/// <summary>The store on a real file.</summary>
public sealed class DurableStateStoreTests : StoreTests
{
    protected override IStoreUnderTest NewPlace() => new StoreFile();

    [Fact]
    public async Task A_locked_file_delays_the_commit_and_loses_nothing()
    {
        using StoreFile file = new();
        BlockingCollection<StoreAvailability> told = [];
        using DurableStateStore store = file.Open(told.Add);
        long ticket;
        using (SqliteConnection other = file.Connect())
        {
            StoreFile.Execute(other, "BEGIN EXCLUSIVE");
            ticket = store.Append(new SessionPut("a", null, 60));
            Assert.True(told.TryTake(out StoreAvailability? away, TestTime.Patience));
            Assert.Contains("locked", away.Reason, StringComparison.Ordinal);
            Assert.True(store.DurableTicket < ticket);
            StoreFile.Execute(other, "ROLLBACK");
        }
        await StoreFile.CommittedAsync(store, ticket);
        Assert.True(told.TryTake(out StoreAvailability? back, TestTime.Patience));
        Assert.True(back.IsAvailable);
        Assert.Equal(1, file.Number("SELECT count(*) FROM session"));
    }

    [Fact]
    public async Task A_full_disk_delays_the_commit_and_loses_nothing()
    {
        using StoreFile file = new();
        // A statement that fails in the middle of the transaction, as it does when there is no room for its page.
        file.Open().Dispose();
        file.Execute("CREATE TRIGGER full BEFORE INSERT ON delivery BEGIN SELECT RAISE(ABORT, 'no room'); END");
        BlockingCollection<StoreAvailability> told = [];
        using DurableStateStore store = file.Open(told.Add);
        store.Append(new SessionPut("a", null, 60));
        long ticket = store.Append(new DeliveryQueued("a", 1, Message("m"), 1, false, []));
        Assert.True(told.TryTake(out StoreAvailability? away, TestTime.Patience));
        Assert.Contains("no room", away.Reason, StringComparison.Ordinal);
        Assert.Equal(0, file.Number("SELECT count(*) FROM message"));
        file.Execute("DROP TRIGGER full");
        await StoreFile.CommittedAsync(store, ticket);
        Assert.Equal(1, file.Number("SELECT count(*) FROM delivery"));
    }

    private static StoredMessage Message(string topic) => new(topic, new byte[10], default, 1, false, long.MaxValue);
}
