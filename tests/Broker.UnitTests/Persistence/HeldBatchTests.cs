using Broker.Persistence.Changes;
using Broker.Persistence.GroupCommit;

namespace Broker.UnitTests.Persistence;

/// <summary>A batch that is held back while more comes in behind it.</summary>
public sealed class HeldBatchTests
{
    private readonly OpenTickets _tickets = new(0);
    private readonly ChangeBatch _batch;
    private readonly MessageReferences _references = new(0, []);
    private long _last;

    public HeldBatchTests()
    {
        _batch = new ChangeBatch(new SessionTable(), _tickets);
        Add(new SessionPut("c", null, 60));
    }

    [Fact]
    public void What_is_completed_behind_it_is_never_written_and_neither_is_its_completion()
    {
        Add(Queued(1));
        Add(Queued(2));
        List<StateChange?> behind = [new DeliveryRemoved("c", 1), Queued(3), new DeliveryRemoved("c", 3)];

        RemoveCompleted(behind);

        Assert.Equal([2], Sequences(_batch.Take(1, _references)));
        Assert.Null(behind[0]);
        // What is queued behind it as well is not its business.
        Assert.NotNull(behind[1]);
        Assert.NotNull(behind[2]);
        Assert.Equal(1, _batch.RowsElided);
    }

    [Fact]
    public void The_next_session_of_a_client_id_completes_nothing_of_the_one_before()
    {
        Add(Queued(1));
        List<StateChange?> behind =
            [new SessionRemoved("c"), new SessionPut("c", null, 60), Queued(1), new DeliveryRemoved("c", 1)];

        RemoveCompleted(behind);

        Assert.DoesNotContain(null, behind);
        Assert.Equal([1], Sequences(_batch.Take(1, _references)));
    }

    // Else who published it would be answered before the other session has it.
    [Fact]
    public void What_goes_from_a_renamed_session_to_another_is_written_until_that_one_has_it()
    {
        Add(Queued(1));
        Add(new SessionRenamed("c", "d"));
        List<StateChange?> behind = [new DeliveryRemoved("d", 1)];

        RemoveCompleted(behind);

        Assert.DoesNotContain(null, behind);
        Assert.Equal([1], Sequences(_batch.Take(1, _references)));
    }

    [Fact]
    public void The_next_session_of_a_client_id_completes_nothing_of_the_one_that_was_renamed()
    {
        Add(Queued(1));
        List<StateChange?> behind =
            [new SessionRenamed("c", "d"), new SessionPut("c", null, 60), Queued(1), new DeliveryRemoved("c", 1)];

        RemoveCompleted(behind);

        Assert.DoesNotContain(null, behind);
        Assert.Equal([1], Sequences(_batch.Take(1, _references)));
    }

    [Fact]
    public void A_released_delivery_that_is_completed_behind_it_leaves_nothing_to_release()
    {
        Add(Queued(1, qos: 2));
        List<StateChange?> behind = [new DeliveryReleased("c", 1), new DeliveryRemoved("c", 1)];

        RemoveCompleted(behind);
        CommitPlan first = _batch.Take(1, _references);
        Add(behind[0]!);
        CommitPlan second = _batch.Take(2, _references);

        Assert.Empty(first.Deliveries);
        Assert.Empty(second.Deliveries);
        Assert.Empty(second.RemovedDeliveries);
    }

    [Theory]
    [InlineData(64, 32, true)]
    [InlineData(64, 31, false)]
    [InlineData(63, 63, false)]
    public void Holding_is_worth_it_when_many_deliveries_come_and_half_of_them_go(int queued, int completed, bool isWorth)
    {
        for (int sequence = 1; sequence <= queued; sequence++) Add(Queued(sequence));
        for (int sequence = 1; sequence <= completed; sequence++) Add(new DeliveryRemoved("c", sequence));

        _batch.Take(1, _references);

        Assert.Equal(isWorth, _batch.IsWorthHolding);
        _batch.Take(2, _references);
        Assert.False(_batch.IsWorthHolding);
    }

    [Fact]
    public void What_has_cancelled_out_needs_no_commit_and_what_is_behind_something_else_waits_for_it()
    {
        _tickets.CloseThrough(_last);
        Add(Queued(1));
        Add(Queued(2));
        Add(new DeliveryRemoved("c", 2));
        Assert.Equal(1, _tickets.ClosedThrough);

        RemoveCompleted([new DeliveryRemoved("c", 1), Queued(3)]);

        // The session's row, both deliveries, both completions; what is queued behind them is open.
        Assert.Equal(5, _tickets.ClosedThrough);
    }

    [Fact]
    public void Behind_a_batch_is_looked_at_again_from_where_the_last_look_ended()
    {
        _tickets.CloseThrough(_last);
        Add(Queued(1));
        List<StateChange?> behind = [new SessionRemoved("c"), new SessionPut("c", null, 60)];
        RemoveCompleted(behind);
        behind.AddRange([Queued(1), new DeliveryRemoved("c", 1)]);

        _tickets.Extend(_last += 2);
        _batch.RemoveCompleted(behind, start: 2, firstTicket: _last - 1);

        Assert.DoesNotContain(null, behind);
        Assert.Equal(1, _tickets.ClosedThrough);
    }

    private void Add(StateChange change)
    {
        _tickets.Extend(++_last);
        _batch.Add(change, _last);
    }

    private void RemoveCompleted(List<StateChange?> behind)
    {
        long first = _last + 1;
        _tickets.Extend(_last += behind.Count);
        _batch.RemoveCompleted(behind, start: 0, first);
    }

    private static IEnumerable<long> Sequences(CommitPlan plan) => plan.Deliveries.Select(row => row.Delivery.Sequence).Order();

    private static DeliveryQueued Queued(long sequence, byte qos = 1) =>
        new("c", sequence, new StoredMessage("t", new byte[3], default, qos, false, long.MaxValue), qos, false, []);
}
