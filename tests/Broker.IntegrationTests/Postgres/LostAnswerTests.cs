using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.TestKit;
using Broker.TestKit.Stores;

namespace Broker.IntegrationTests.Postgres;

/// <summary>
/// A commit that was made and whose answer was lost is not made twice, and what it removed is known all the same.
/// </summary>
[Collection(nameof(PostgresCollection))]
public sealed class LostAnswerTests(PostgresFixture fixture)
{
    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_not_made_twice()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(fixture.Server);
        await using ReplyCutter cutter = new(fixture.Server.Port);
        using PostgresPlace behind = Behind(cutter, place);
        using DurableStateStore store = behind.Open();
        await store.CommittedAsync(store.Append(new SessionPut("a", null, 1)));
        Task cut = cutter.CutNextReply();
        long ticket = store.Append(Queued("a", 1, Message()));
        await cut.WaitAsync(TestTime.Patience);
        await store.CommittedAsync(ticket);
        Assert.Equal(1, place.Number("SELECT count(*) FROM delivery"));
        Assert.Equal(ticket, place.Number("SELECT ticket FROM store_state"));
        Assert.True(store.Availability.IsAvailable);
    }

    [Fact]
    public async Task A_message_stays_as_long_as_it_is_referred_to_and_no_longer()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(fixture.Server);
        await using ReplyCutter cutter = new(fixture.Server.Port);
        using PostgresPlace behind = Behind(cutter, place);
        using DurableStateStore store = behind.Open();
        StoredMessage old = Message();
        StoredMessage young = Message();
        foreach (string client in (string[])["a", "b", "c"]) store.Append(new SessionPut(client, null, 1));
        store.Append(Queued("a", 1, old));
        await store.CommittedAsync(store.Append(Queued("b", 1, old)));
        // In the commit whose answer is lost: one delivery of the old message goes, two of the young one come.
        Task cut = cutter.CutNextReply();
        store.BeginGroup();
        store.Append(new DeliveryRemoved("a", 1));
        store.Append(Queued("b", 2, young));
        store.Append(Queued("c", 2, young));
        long ticket = store.Append(new SessionPut("a", null, 2));
        store.EndGroup();
        await cut.WaitAsync(TestTime.Patience);
        await store.CommittedAsync(ticket);
        await store.CommittedAsync(store.Append(new DeliveryRemoved("b", 2)));
        await store.CommittedAsync(store.Append(new SessionPut("a", null, 3)));
        Assert.Equal(2, place.Number("SELECT count(*) FROM message"));
        Assert.Equal(2, place.Number("SELECT count(*) FROM delivery JOIN message ON message.id = message_id"));
        await store.CommittedAsync(store.Append(new DeliveryRemoved("b", 1)));
        await store.CommittedAsync(store.Append(new SessionPut("a", null, 4)));
        Assert.Equal(1, place.Number("SELECT count(*) FROM message"));
    }

    private PostgresPlace Behind(ReplyCutter cutter, PostgresPlace place) => new(
        fixture.Server,
        place.Location.Replace($":{fixture.Server.Port}/", $":{cutter.Port}/", StringComparison.Ordinal) + "?sslmode=disable");

    private static StoredMessage Message() => new("a", new byte[9], default, 1, false, long.MaxValue);

    private static DeliveryQueued Queued(string client, long sequence, StoredMessage message) =>
        new(client, sequence, message, 1, false, []);
}
