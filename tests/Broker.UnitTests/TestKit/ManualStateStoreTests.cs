using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.TestKit;

namespace Broker.UnitTests.TestKit;

public sealed class ManualStateStoreTests
{
    private static readonly StateChange Change = new RetainedRemoved("a");

    [Fact]
    public void Nothing_is_durable_before_the_commit()
    {
        ManualStateStore store = new();

        long ticket = store.Append(Change);

        Assert.True(store.DurableTicket < ticket);
        Assert.Equal([Change], store.Pending);
        store.Commit();
        Assert.Equal(ticket, store.DurableTicket);
        Assert.Empty(store.Pending);
    }

    [Fact]
    public void A_waiter_is_told_once_and_only_when_its_ticket_is_durable()
    {
        ManualStateStore store = new();
        CountingWaiter first = new(), second = new();
        Assert.True(store.TryWait(store.Append(Change), first));
        Assert.True(store.TryWait(store.Append(Change), second));

        store.CommitThrough(1);
        Assert.Equal((1, 0), (first.Count, second.Count));

        store.Commit();
        store.Commit();
        Assert.Equal((1, 1), (first.Count, second.Count));
    }

    [Fact]
    public void A_waiter_for_what_is_durable_is_not_taken()
    {
        ManualStateStore store = new() { CommitsAtOnce = true };
        CountingWaiter waiter = new();

        Assert.False(store.TryWait(store.Append(Change), waiter));
        store.Commit();

        Assert.Equal(0, waiter.Count);
    }

    private sealed class CountingWaiter : ICommitWaiter
    {
        public int Count { get; private set; }

        public void OnCommitted() => Count++;
    }
}
