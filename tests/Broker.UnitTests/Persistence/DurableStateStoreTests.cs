using System.Collections.Concurrent;
using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Persistence.Loading;
using Broker.Persistence.Paging;
using Broker.TestKit;
using Microsoft.Data.Sqlite;

namespace Broker.UnitTests.Persistence;

/// <summary>The store on a real file.</summary>
public sealed class DurableStateStoreTests
{
    private static readonly byte[] Properties = [0x01, 0x01];

    [Fact]
    public async Task Everything_is_there_again_after_closing()
    {
        using StoreFile file = new();
        StateModel model = new();
        StoredMessage message = new("a/ü", "payload"u8.ToArray(), Properties, 2, true, 1_900_000_000_000, "publisher");
        StoredMessage empty = new("empty", default, default, 1, false, long.MaxValue);
        StateChange[] changes =
        [
            new SessionPut("away", "user", 3600), new SessionAway("away", 1_700_000_000_000, 1_700_003_600_000, 1),
            new SessionPut("connected", null, uint.MaxValue), new WillPut("connected", message, 5, 60),
            new SubscriptionPut("away", "$share/g/a/#", 0x2D, 268_435_455), new SubscriptionPut("away", "b", 0, 0),
            new DeliveryQueued("away", 7, message, 2, true, [1, 268_435_455]), new DeliveryReleased("away", 7),
            new DeliveryQueued("away", 8, empty, 1, false, []), new DeliveryQueued("connected", 1, message, 1, false, []),
            new ReceiptPut("away", 65_535), new RetainedPut(message), new RetainedPut(empty),
        ];
        using (DurableStateStore store = file.Open())
        {
            foreach (StateChange change in changes) store.Append(change);
        }
        foreach (StateChange change in changes) model.Apply(change);
        using DurableStateStore again = file.Open();
        Assert.Equal(model.ToString(), await StateModel.TextOfAsync(again));
        Assert.Equal(changes.Length, again.DurableTicket);
        Assert.Equal(2, file.Number("SELECT count(*) FROM message"));
    }

    [Fact]
    public async Task A_message_row_goes_with_its_last_delivery()
    {
        using StoreFile file = new();
        using DurableStateStore store = file.Open();
        StoredMessage message = Message("m");
        foreach (string client in (string[])["a", "b"])
        {
            store.Append(new SessionPut(client, null, 60));
            store.Append(new DeliveryQueued(client, 1, message, 1, false, []));
        }
        await StoreFile.CommittedAsync(store, 4);
        await StoreFile.CommittedAsync(store, store.Append(new DeliveryRemoved("a", 1)));
        Assert.Equal(1, file.Number("SELECT count(*) FROM message"));
        await StoreFile.CommittedAsync(store, store.Append(new SessionRemoved("b")));
        Assert.Equal(0, file.Number("SELECT count(*) FROM message"));
        // The same object again, whose row is gone.
        await StoreFile.CommittedAsync(store, store.Append(new DeliveryQueued("a", 2, message, 1, false, [])));
        Assert.Equal(1, file.Number("SELECT count(*) FROM delivery JOIN message ON message.id = message_id"));
    }

    [Fact]
    public async Task A_sequence_number_does_not_come_again_after_its_delivery_is_gone()
    {
        using StoreFile file = new();
        using (DurableStateStore store = file.Open())
        {
            store.Append(new SessionPut("a", null, 60));
            await StoreFile.CommittedAsync(store, store.Append(new DeliveryQueued("a", 41, Message("m"), 2, false, [])));
            store.Append(new DeliveryRemoved("a", 41));
        }
        using DurableStateStore again = file.Open();
        await using StoredState state = await again.ReadAsync();
        await foreach (StoredSession session in state.ReadSessionsAsync())
            Assert.Equal((41, 0), (session.LastSequence, session.QueuedCount));
    }

    [Fact]
    public async Task A_queue_is_read_in_pages_once_what_was_asked_for_is_durable()
    {
        using StoreFile file = new();
        using DurableStateStore store = file.Open();
        store.Append(new SessionPut("a", null, 60));
        for (int sequence = 1; sequence <= 9; sequence++)
            store.Append(new DeliveryQueued("a", sequence, Message("m"), 1, false, []));
        long ticket = store.Append(new DeliveryRemoved("a", 5));
        PageReader reader = new(store);
        DeliveryPage first = await reader.ReadAsync(new("a", 3, 8, 3, long.MaxValue, ticket, reader));
        Assert.Equal([4, 6, 7], first.Deliveries.Select(delivery => delivery.Queued.Sequence));
        Assert.Equal(7, first.ThroughSequence);
        DeliveryPage rest = await reader.ReadAsync(new("a", 7, 8, 3, long.MaxValue, ticket, reader));
        Assert.Equal([8], rest.Deliveries.Select(delivery => delivery.Queued.Sequence));
        Assert.Equal(8, rest.ThroughSequence);
    }

    [Fact]
    public async Task A_page_ends_when_it_has_its_bytes_and_has_one_delivery_at_least()
    {
        using StoreFile file = new();
        using DurableStateStore store = file.Open();
        store.Append(new SessionPut("a", null, 60));
        long ticket = 0;
        for (int sequence = 1; sequence <= 4; sequence++)
            ticket = store.Append(new DeliveryQueued("a", sequence, Message("m"), 1, false, []));
        PageReader reader = new(store);
        Assert.Equal(2, (await reader.ReadAsync(new("a", 0, 4, 100, 11, ticket, reader))).ThroughSequence);
        Assert.Equal(1, (await reader.ReadAsync(new("a", 0, 4, 100, 1, ticket, reader))).ThroughSequence);
    }

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

    private sealed class PageReader(DurableStateStore store) : IDeliveryPageReceiver
    {
        private TaskCompletionSource<DeliveryPage> _page = new();

        public async Task<DeliveryPage> ReadAsync(DeliveryPageRequest request)
        {
            _page = new(TaskCreationOptions.RunContinuationsAsynchronously);
            store.RequestPage(request);
            return await _page.Task.WaitAsync(TestTime.Patience);
        }

        public void OnPage(DeliveryPageRequest request, DeliveryPage page) => _page.SetResult(page);
    }
}
