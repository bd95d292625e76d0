using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Persistence.GroupCommit;
using Broker.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Persistence;

public sealed class GroupCommitWriterTests
{
    private static readonly SessionPut Session = new("client", null, 60);

    [Fact]
    public async Task What_comes_while_a_commit_runs_is_the_next_batch()
    {
        ManualDatabase database = new();
        using DurableStateStore store = Open(database);
        store.Append(Session);
        await database.StartedAsync();
        store.Append(Queued(1));
        long last = store.Append(Queued(2));
        Assert.Equal(0, store.DurableTicket);
        Assert.True(store.PendingBytes > 0);
        database.Finish();
        await database.StartedAsync();
        Assert.Equal(1, store.DurableTicket);
        database.Finish();
        await StoreFile.CommittedAsync(store, last);
        Assert.Equal(2, database.Plans.Count);
        Assert.Equal(2, database.Plans[1].Deliveries.Count);
        Assert.Equal(0, store.PendingBytes);
    }

    [Fact]
    public async Task Once_nothing_is_completed_any_more_nothing_is_held_back()
    {
        ManualDatabase database = new();
        using DurableStateStore store = Open(database);
        store.Append(Session);
        await database.StartedAsync();
        for (int sequence = 1; sequence <= 100; sequence++) store.Append(Queued(sequence));
        for (int sequence = 1; sequence <= 60; sequence++) store.Append(new DeliveryRemoved("client", sequence));
        database.Finish();
        await database.StartedAsync();
        int plans = 0;
        for (int sequence = 101; sequence <= 110; sequence++)
        {
            plans = database.Plans.Count;
            store.Append(Queued(sequence));
            database.Finish();
            await database.StartedAsync();
        }
        Assert.Equal([110L], database.Plans[plans].Deliveries.Select(row => row.Delivery.Sequence));
        database.Finish();
    }

    [Fact]
    public async Task What_comes_and_goes_while_a_commit_runs_is_never_written()
    {
        ManualDatabase database = new();
        using DurableStateStore store = Open(database);
        store.Append(Session);
        await database.StartedAsync();
        for (int sequence = 1; sequence <= 100; sequence++) store.Append(Queued(sequence));
        for (int sequence = 1; sequence <= 100; sequence++) store.Append(new DeliveryRemoved("client", sequence));
        store.Append(new ReceiptPut("client", 7));
        long last = store.Append(new ReceiptRemoved("client", 7));
        database.Finish();
        await StoreFile.CommittedAsync(store, last);
        Assert.Single(database.Plans);
        Assert.Equal(1, store.Counters.Commits);
        Assert.Equal(101, store.Counters.RowsElided);
    }

    [Fact]
    public async Task Nobody_waits_for_a_commit_that_has_nothing_of_theirs_to_write()
    {
        ManualDatabase database = new();
        FakeTimeProvider time = new();
        using DurableStateStore store = Open(database, time: time);
        await MakeHoldingWorthItAsync(database, store);
        int plans = database.Plans.Count;

        long first = store.Append(Queued(101));
        long second = store.Append(Queued(102));
        long third = store.Append(Queued(103));
        database.Finish();
        store.Append(new DeliveryRemoved("client", 101));
        store.Append(new DeliveryRemoved("client", 103));

        // The second is still with its subscriber, so what is behind it has to wait.
        await StoreFile.CommittedAsync(store, first);
        Assert.True(store.DurableTicket < second);
        store.Append(new DeliveryRemoved("client", 102));
        await StoreFile.CommittedAsync(store, third);
        Assert.Equal(plans, database.Plans.Count);
    }

    [Fact]
    public async Task What_is_not_completed_in_time_is_committed_before_anybody_is_told()
    {
        ManualDatabase database = new();
        FakeTimeProvider time = new();
        using DurableStateStore store = Open(database, time: time);
        await MakeHoldingWorthItAsync(database, store);

        long first = store.Append(Queued(101));
        long second = store.Append(Queued(102));
        database.Finish();
        store.Append(new DeliveryRemoved("client", 101));
        await StoreFile.CommittedAsync(store, first);
        time.Advance(TimeSpan.FromMilliseconds(5));
        await database.StartedAsync();

        Assert.True(store.DurableTicket < second);
        Assert.Equal([102L], database.Plans[^1].Deliveries.Select(row => row.Delivery.Sequence));
        database.Finish();
        await StoreFile.CommittedAsync(store, second);
    }

    [Fact]
    public async Task An_attempt_that_fails_is_tried_again_until_it_works_and_each_change_of_state_is_told_once()
    {
        ManualDatabase database = new();
        List<StoreAvailability> told = [];
        using DurableStateStore store = Open(database, told.Add);
        long ticket = store.Append(Session);
        for (int attempt = 0; attempt < 3; attempt++)
        {
            await database.StartedAsync();
            database.Finish(fails: true);
        }
        await database.StartedAsync();
        Assert.Equal(new StoreAvailability(false, "The disk is full."), store.Availability);
        Assert.Equal(0, store.DurableTicket);
        database.Finish();
        await StoreFile.CommittedAsync(store, ticket);
        Assert.Equal([new StoreAvailability(false, "The disk is full."), StoreAvailability.Available], told);
        Assert.All(database.Plans, plan => Assert.Same(database.Plans[0], plan));
    }

    [Fact]
    public async Task What_is_appended_during_an_outage_cancels_out_and_the_rest_follows()
    {
        ManualDatabase database = new();
        using DurableStateStore store = Open(database);
        store.Append(Session);
        await database.StartedAsync();
        database.Finish(fails: true);
        store.Append(Queued(1));
        store.Append(Queued(2));
        await database.StartedAsync();
        database.Finish(fails: true);
        store.Append(new DeliveryRemoved("client", 1));
        long last = store.Append(new DeliveryReleased("client", 2));
        await database.StartedAsync();
        database.Finish();
        await database.StartedAsync();
        database.Finish();
        await StoreFile.CommittedAsync(store, last);
        var delivery = Assert.Single(database.Plans[^1].Deliveries);
        Assert.Equal(2, delivery.Delivery.Sequence);
        Assert.True(delivery.IsReleased);
        Assert.Empty(database.Plans[^1].RemovedDeliveries);
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_not_made_twice()
    {
        ManualDatabase database = new() { CommitsWhatFails = true };
        using DurableStateStore store = Open(database);
        long ticket = store.Append(Session);
        await database.StartedAsync();
        database.Finish(fails: true);
        await StoreFile.CommittedAsync(store, ticket);
        Assert.Single(database.Plans);
        Assert.True(store.Availability.IsAvailable);
    }

    [Fact]
    public async Task Closing_ends_although_the_database_is_away()
    {
        ManualDatabase database = new();
        DurableStateStore store = Open(database);
        long ticket = store.Append(Session);
        await database.StartedAsync();
        Task closing = Task.Run(store.Dispose);
        database.Finish(fails: true);
        database.Finish(fails: true);
        await closing.WaitAsync(TestTime.Patience);
        Assert.True(store.DurableTicket < ticket);
    }

    [Fact]
    public void Pauses_double_up_to_a_second()
    {
        ImmediateTimers time = new();
        using BackOff backOff = new(time);
        for (int pause = 0; pause < 7; pause++) backOff.Pause();
        backOff.Reset();
        backOff.Pause();
        Assert.Equal([50, 100, 200, 400, 800, 1000, 1000, 50], time.Delays.Select(delay => delay.TotalMilliseconds));
    }

    /// <summary>Until the commit runs of a batch of which most was completed, so that the next one is held back.</summary>
    private static async Task MakeHoldingWorthItAsync(ManualDatabase database, DurableStateStore store)
    {
        store.Append(Session);
        await database.StartedAsync();
        for (int sequence = 1; sequence <= 100; sequence++) store.Append(Queued(sequence));
        for (int sequence = 1; sequence <= 60; sequence++) store.Append(new DeliveryRemoved("client", sequence));
        database.Finish();
        await database.StartedAsync();
    }

    private static DurableStateStore Open(
        ManualDatabase database, Action<StoreAvailability>? changed = null, TimeProvider? time = null) => new(
        database,
        new StoredIndex(0, new SessionTable(), new MessageReferences(0, [])),
        new StoreOptions { Location = "none", AvailabilityChanged = changed, Time = time ?? TimeProvider.System });

    private static DeliveryQueued Queued(long sequence) =>
        new("client", sequence, new StoredMessage("a", new byte[3], default, 1, false, long.MaxValue), 1, false, []);

    /// <summary>A clock whose timers fire when they are made.</summary>
    private sealed class ImmediateTimers : TimeProvider
    {
        public List<TimeSpan> Delays { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Delays.Add(dueTime);
            callback(state);
            return base.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, period);
        }
    }
}
