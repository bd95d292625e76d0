using Broker.Persistence;
using Broker.Persistence.GroupCommit;
using Broker.TestKit.Stores;

namespace Broker.UnitTests.Persistence;

public sealed class CommitWaitersTests
{
    [Fact]
    public void Who_waits_for_a_durable_ticket_is_not_taken()
    {
        CommitWaiters waiters = new(5, null);
        Waiter waiter = new();
        Assert.False(waiters.TryWait(5, waiter));
        Assert.True(waiters.TryWait(6, waiter));
        waiters.Advance(6);
        waiters.Advance(7);
        Assert.Equal(1, waiter.Calls);
    }

    [Fact]
    public void A_waiter_is_called_when_its_own_ticket_is_durable()
    {
        CommitWaiters waiters = new(0, null);
        Waiter early = new();
        Waiter late = new();
        waiters.TryWait(3, late);
        waiters.TryWait(2, early);
        waiters.Advance(2);
        Assert.Equal((1, 0), (early.Calls, late.Calls));
        waiters.Advance(3);
        Assert.Equal((1, 1), (early.Calls, late.Calls));
    }

    [Fact]
    public void A_waiter_that_throws_does_not_hurt_the_others()
    {
        List<Exception> failures = [];
        CommitWaiters waiters = new(0, failures.Add);
        Waiter after = new();
        waiters.TryWait(1, new Thrower());
        waiters.TryWait(2, after);
        waiters.Advance(2);
        Assert.Equal(1, after.Calls);
        Assert.Equal("no", Assert.Single(failures).Message);
    }

    [Fact]
    public void A_waiter_may_wait_again_from_its_call()
    {
        CommitWaiters waiters = new(0, null);
        Waiter inner = new();
        waiters.TryWait(1, new Again(() => Assert.True(waiters.TryWait(2, inner))));
        waiters.Advance(1);
        Assert.Equal(0, inner.Calls);
        waiters.Advance(2);
        Assert.Equal(1, inner.Calls);
    }

    [Fact]
    public async Task Nobody_is_forgotten_and_nobody_is_called_twice_while_the_ticket_moves()
    {
        const int Tickets = 20_000;
        CommitWaiters waiters = new(0, null);
        List<Waiter> taken = [];
        Task waiting = Task.Run(() =>
        {
            for (int ticket = 1; ticket <= Tickets; ticket++)
            {
                Waiter waiter = new();
                if (waiters.TryWait(ticket, waiter)) taken.Add(waiter);
            }
        });
        for (int ticket = 1; ticket <= Tickets; ticket++) waiters.Advance(ticket);
        await waiting;
        Assert.All(taken, waiter => Assert.Equal(1, waiter.Calls));
    }

    [Fact]
    public void Those_that_are_gone_do_not_pile_up_while_nothing_is_committed()
    {
        CommitWaiters waiters = new(0, null);
        Waiter stays = new();
        waiters.TryWait(1, stays);

        for (int i = 0; i < 100_000; i++) waiters.TryWait(1, new Gone());

        Assert.InRange(waiters.Count, 1, 5_000);
        waiters.Advance(1);
        Assert.Equal(1, stays.Calls);
    }

    private sealed class Gone : ICommitWaiter
    {
        public bool IsGone => true;

        public void OnCommitted()
        {
        }
    }

    private sealed class Thrower : ICommitWaiter
    {
        public void OnCommitted() => throw new InvalidOperationException("no");
    }

    private sealed class Again(Action act) : ICommitWaiter
    {
        public void OnCommitted() => act();
    }
}
