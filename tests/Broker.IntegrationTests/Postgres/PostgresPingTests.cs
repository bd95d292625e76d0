using Broker.Persistence.Changes;
using Broker.Persistence.GroupCommit;
using Broker.Persistence.Postgres;

namespace Broker.IntegrationTests.Postgres;

/// <summary>What waits for the next commit does not wait for ever.</summary>
[Collection(nameof(PostgresCollection))]
public sealed class PostgresPingTests(PostgresFixture fixture)
{
    [Fact]
    public async Task A_message_row_without_deliveries_goes_with_the_next_ping_when_no_commit_comes()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(fixture.Server);
        place.Open().Dispose();
        Assert.True(PostgresLocation.TryParse(place.Location, out PostgresLocation? location, out _));
        using PostgresDatabase database = new(location);
        Assert.Null(database.Start(_ => null, out StoredIndex? index));
        ChangeBatch batch = new(index!.Sessions, new OpenTickets(0));
        void Commit(long ticket, params StateChange[] changes)
        {
            foreach (StateChange change in changes) batch.Add(change, ticket);
            CommitPlan plan = batch.Take(ticket, index.References);
            database.Commit(plan, index.References);
            index.References.Committed(plan);
        }
        StoredMessage message = new("a", new byte[1], default, 1, false, long.MaxValue);
        Commit(1, new SessionPut("a", null, 1), new DeliveryQueued("a", 1, message, 1, false, []));
        Commit(2, new DeliveryRemoved("a", 1));
        Assert.Equal(1, place.Number("SELECT count(*) FROM message"));
        database.Ping();
        Assert.Equal(0, place.Number("SELECT count(*) FROM message"));
        Assert.Equal(2, place.Number("SELECT ticket FROM store_state"));
    }
}
