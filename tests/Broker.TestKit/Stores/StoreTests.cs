using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Persistence.Loading;
using Broker.Persistence.Paging;
using Xunit;

namespace Broker.TestKit.Stores;

/// <summary>What every store does; each database has a class that inherits it.</summary>
public abstract class StoreTests
{
    private const string Orphans = "SELECT count(*) FROM message WHERE id NOT IN (SELECT message_id FROM delivery)";
    private const string Childless = "SELECT count(*) FROM delivery WHERE message_id NOT IN (SELECT id FROM message)";

    private static readonly byte[] Properties = [0x01, 0x01];

    /// <summary>An empty place for a store.</summary>
    protected abstract IStoreUnderTest NewPlace();

    [Fact]
    public async Task Everything_is_there_again_after_closing()
    {
        using IStoreUnderTest place = NewPlace();
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
            new BanPut("clientid", "away", "ops", "noisy", 1_700_000_000_000, 1_700_003_600_000),
            new BanPut("peerhost_net", "192.0.2.0/24", "flapping", null, 1, long.MaxValue),
            new BanPut("username", "a", "b", "", 1, 2),
            new BanPut("username", "a", "c", null, 3, 4), new BanPut("username", "x", "b", null, 1, 2),
            new BanRemoved("username", "x"),
        ];
        using (DurableStateStore store = place.Open())
        {
            foreach (StateChange change in changes) store.Append(change);
        }
        foreach (StateChange change in changes) model.Apply(change);
        using DurableStateStore again = place.Open();
        Assert.Equal(model.ToString(), await StateModel.TextOfAsync(again));
        Assert.Equal(changes.Length, again.DurableTicket);
        Assert.Equal(2, place.Number("SELECT count(*) FROM message"));
    }

    [Fact]
    public async Task A_message_row_goes_with_its_last_delivery_or_with_the_commit_after_it()
    {
        using IStoreUnderTest place = NewPlace();
        using DurableStateStore store = place.Open();
        StoredMessage message = Message("m");
        foreach (string client in (string[])["a", "b"])
        {
            store.Append(new SessionPut(client, null, 60));
            store.Append(new DeliveryQueued(client, 1, message, 1, false, []));
        }
        await store.CommittedAsync(4);
        await store.CommittedAsync(store.Append(new DeliveryRemoved("a", 1)));
        await store.CommittedAsync(store.Append(new SessionPut("a", null, 61)));
        Assert.Equal(1, place.Number("SELECT count(*) FROM message"));
        await store.CommittedAsync(store.Append(new SessionRemoved("b")));
        await store.CommittedAsync(store.Append(new SessionPut("a", null, 62)));
        Assert.Equal(0, place.Number("SELECT count(*) FROM message"));
        // The same object again, whose row is gone.
        await store.CommittedAsync(store.Append(new DeliveryQueued("a", 2, message, 1, false, [])));
        Assert.Equal(1, place.Number("SELECT count(*) FROM delivery JOIN message ON message.id = message_id"));
    }

    [Fact]
    public async Task A_sequence_number_does_not_come_again_after_its_delivery_is_gone()
    {
        using IStoreUnderTest place = NewPlace();
        using (DurableStateStore store = place.Open())
        {
            store.Append(new SessionPut("a", null, 60));
            await store.CommittedAsync(store.Append(new DeliveryQueued("a", 41, Message("m"), 2, false, [])));
            store.Append(new DeliveryRemoved("a", 41));
        }
        using DurableStateStore again = place.Open();
        await using StoredState state = await again.ReadAsync();
        await foreach (StoredSession session in state.ReadSessionsAsync())
            Assert.Equal((41, 0), (session.LastSequence, session.QueuedCount));
    }

    [Fact]
    public async Task A_queue_is_read_in_pages_once_what_was_asked_for_is_durable()
    {
        using IStoreUnderTest place = NewPlace();
        using DurableStateStore store = place.Open();
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_that_was_renamed_has_all_that_it_had_and_its_client_id_is_free(bool isOneCommit)
    {
        using IStoreUnderTest place = NewPlace();
        StateModel model = new();
        StateChange[] before =
        [
            new SessionPut("a", "user", 60), new SubscriptionPut("a", "$share/g/t", 1, 7),
            new DeliveryQueued("a", 1, Message("t"), 1, false, [7]) { IsShared = true },
            new DeliveryQueued("a", 2, Message("u"), 1, false, []),
        ];
        StateChange[] after =
        [
            new SessionRenamed("a", "\u0001a"), new SessionAway("\u0001a", 5, long.MaxValue, 1), new SessionPut("a", null, 9),
            new DeliveryQueued("a", 1, Message("v"), 1, false, []), new DeliveryRemoved("\u0001a", 2),
        ];
        foreach (StateChange change in before.Concat(after)) model.Apply(change);
        using (DurableStateStore store = place.Open())
        {
            if (isOneCommit) store.BeginGroup();
            foreach (StateChange change in before) store.Append(change);
            if (!isOneCommit) await store.CommittedAsync(before.Length);
            foreach (StateChange change in after) store.Append(change);
            if (isOneCommit) store.EndGroup();
            PageReader reader = new(store);
            long ticket = before.Length + after.Length;
            DeliveryPage page = await reader.ReadAsync(new("\u0001a", 0, 2, 9, long.MaxValue, ticket, reader));
            Assert.Equal([true], page.Deliveries.Select(delivery => delivery.Queued.IsShared));
        }
        using DurableStateStore again = place.Open();
        Assert.Equal(model.ToString(), await StateModel.TextOfAsync(again));
    }

    [Fact]
    public async Task A_store_of_the_first_schema_is_brought_up_to_date()
    {
        using IStoreUnderTest place = NewPlace();
        StateModel model = new();
        StateChange[] changes = [new SessionPut("a", null, 60), new DeliveryQueued("a", 1, Message("m"), 1, false, [])];
        foreach (StateChange change in changes) model.Apply(change);
        using (DurableStateStore store = place.Open())
        {
            foreach (StateChange change in changes) store.Append(change);
        }
        place.Execute("ALTER TABLE delivery DROP COLUMN is_shared");
        place.Execute("ALTER TABLE retained DROP COLUMN publisher_user");
        place.Execute("DROP VIEW mqtt_bans");
        place.Execute("DROP TABLE ban");
        place.Execute("DELETE FROM \"__EFMigrationsHistory\" WHERE \"MigrationId\" <> '20261001000000_Initial'");
        using DurableStateStore again = place.Open();
        Assert.Equal(model.ToString(), await StateModel.TextOfAsync(again));
        BanPut ban = new("clientid", "a", "ops", null, 1, long.MaxValue);
        model.Apply(ban);
        await again.CommittedAsync(again.Append(ban));
        Assert.Equal(model.ToString(), await StateModel.TextOfAsync(again));
    }

    [Fact]
    public async Task A_page_ends_when_it_has_its_bytes_and_has_one_delivery_at_least()
    {
        using IStoreUnderTest place = NewPlace();
        using DurableStateStore store = place.Open();
        store.Append(new SessionPut("a", null, 60));
        long ticket = 0;
        for (int sequence = 1; sequence <= 4; sequence++)
            ticket = store.Append(new DeliveryQueued("a", sequence, Message("m"), 1, false, []));
        PageReader reader = new(store);
        Assert.Equal(2, (await reader.ReadAsync(new("a", 0, 4, 100, 11, ticket, reader))).ThroughSequence);
        Assert.Equal(1, (await reader.ReadAsync(new("a", 0, 4, 100, 1, ticket, reader))).ThroughSequence);
    }

    [Fact]
    public async Task Names_of_any_length_are_stored_replaced_and_removed()
    {
        using IStoreUnderTest place = NewPlace();
        using DurableStateStore store = place.Open();
        Random random = new(1);
        // As long as MQTT lets them be, and nothing that could be compressed.
        string Long(string start) => start + Convert.ToBase64String(Bytes(random, 49_200))[..(65_535 - start.Length)];
        string client = Long("c");
        string topic = Long("t");
        string filter = Long("f");
        for (uint round = 1; round <= 2; round++)
        {
            store.Append(new SessionPut(client, null, round));
            store.Append(new SubscriptionPut(client, filter, 1, round));
            await store.CommittedAsync(store.Append(new RetainedPut(Message(topic))));
        }
        Assert.Equal(1, place.Number("SELECT count(*) FROM session WHERE expiry_seconds = 2"));
        Assert.Equal(2, place.Number("SELECT sum(subscription_id) FROM subscription"));
        Assert.Equal(1, place.Number("SELECT count(*) FROM retained"));
        PageReader reader = new(store);
        Assert.Empty((await reader.ReadAsync(new(client, 0, 1, 1, 1, store.DurableTicket, reader))).Deliveries);
        store.Append(new RetainedRemoved(topic));
        await store.CommittedAsync(store.Append(new SubscriptionRemoved(client, filter)));
        Assert.Equal(0, place.Number("SELECT (SELECT count(*) FROM subscription) + (SELECT count(*) FROM retained)"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_is_read_after_any_changes_and_reopenings_is_what_they_mean(int seed)
    {
        using IStoreUnderTest place = NewPlace();
        RandomChanges changes = new(seed);
        Random random = new(seed);
        for (int round = 0; round < 20; round++)
        {
            using (DurableStateStore store = place.Open())
            {
                Assert.Equal(0, place.Number(Orphans));
                Assert.Equal(changes.Model.ToString(), await StateModel.TextOfAsync(store));
                for (int count = random.Next(120); count > 0; count--)
                {
                    long ticket = store.Append(changes.Next());
                    if (random.Next(10) == 0) await store.CommittedAsync(ticket);
                }
            }
            Assert.Equal(0, place.Number(Childless));
        }
    }

    [Fact]
    public void What_a_crash_left_without_owner_is_swept()
    {
        using IStoreUnderTest place = NewPlace();
        place.Open().Dispose();
        place.Execute("INSERT INTO message VALUES (9, 'a', '', '', 0, false, NULL, NULL)");
        place.Open().Dispose();
        Assert.Equal(0, place.Number("SELECT count(*) FROM message"));
    }

    [Fact]
    public async Task The_views_tell_what_is_queued_in_flight_and_retained()
    {
        using IStoreUnderTest place = NewPlace();
        using DurableStateStore store = place.Open();
        store.Append(new SessionPut("a", null, 60));
        store.Append(new SubscriptionPut("a", "b/#", 0x2E, 0));
        store.Append(new DeliveryQueued("a", 1, Message("b/1"), 2, false, []));
        store.Append(new DeliveryQueued("a", 65_537, Message("b/2"), 1, false, []));
        store.Append(new RetainedPut(Message("b/3")));
        await store.CommittedAsync(store.Append(new DeliveryReleased("a", 1)));
        const string Session = "SELECT count(*) FROM mqtt_sessions WHERE queued = 1 AND inflight = 1 AND subscriptions = 1";
        Assert.Equal(1, place.Number(Session));
        Assert.Equal(1, place.Number("SELECT count(*) FROM mqtt_subscriptions WHERE qos = 2 AND subscription_id IS NULL"));
        Assert.Equal(1, place.Number("SELECT count(*) FROM mqtt_queued WHERE topic = 'b/2' AND packet_id = 2"));
        Assert.Equal(1, place.Number("SELECT count(*) FROM mqtt_inflight WHERE topic = 'b/1' AND packet_id = 1"));
        Assert.Equal(1, place.Number("SELECT count(*) FROM mqtt_retained WHERE topic = 'b/3'"));
    }

    private static StoredMessage Message(string topic) => new(topic, new byte[10], default, 1, false, long.MaxValue);

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}

/// <summary>Asks for pages, one at a time.</summary>
public sealed class PageReader(DurableStateStore store) : IDeliveryPageReceiver
{
    private TaskCompletionSource<DeliveryPage> _page = new();

    public async Task<DeliveryPage> ReadAsync(DeliveryPageRequest request)
    {
        _page = new(TaskCreationOptions.RunContinuationsAsynchronously);
        store.RequestPage(request);
        return await _page.Task.WaitAsync(TestTime.Patience).ConfigureAwait(false);
    }

    public void OnPage(DeliveryPageRequest request, DeliveryPage page) => _page.SetResult(page);
}
