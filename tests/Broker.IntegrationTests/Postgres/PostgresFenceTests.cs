using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Persistence.GroupCommit;
using Broker.Persistence.Postgres;
using Broker.TestKit;
using Broker.TestKit.Stores;
using Npgsql;

namespace Broker.IntegrationTests.Postgres;

/// <summary>A connection that was given up commits nothing any more, and neither does a broker that lost the store.</summary>
[Collection(nameof(PostgresCollection))]
public sealed class PostgresFenceTests(PostgresFixture fixture)
{
    [Fact]
    public async Task A_batch_of_an_older_connection_fails_as_a_whole()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(fixture.Server);
        place.Open().Dispose();
        PostgresLocation location = LocationOf(place);
        PostgresOwner owner = new();
        using NpgsqlConnection older = PostgresConnections.OpenForWriting(location);
        using NpgsqlConnection newer = PostgresConnections.OpenForWriting(location);
        (string olderToken, _) = owner.Take(older, location);
        (string newerToken, long ticket) = owner.Take(newer, location);
        Assert.Equal(0, ticket);
        PostgresException refusal = Assert.Throws<PostgresException>(() => Write(older, olderToken, SessionPlan(1)));
        Assert.Equal(PostgresErrorCodes.DivisionByZero, refusal.SqlState);
        Assert.Equal(0, place.Number("SELECT count(*) + (SELECT max(ticket) FROM store_state) FROM session"));
        Write(newer, newerToken, SessionPlan(1));
        Assert.Equal(2, place.Number("SELECT count(*) + (SELECT max(ticket) FROM store_state) FROM session"));
    }

    [Fact]
    public async Task A_batch_whose_last_statement_fails_leaves_nothing()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(fixture.Server);
        place.Open().Dispose();
        PostgresLocation location = LocationOf(place);
        using NpgsqlConnection connection = PostgresConnections.OpenForWriting(location);
        (string token, _) = new PostgresOwner().Take(connection, location);
        // Prepared by the first two, so that the third runs as the hot path does.
        for (long id = 1; id <= 2; id++) Write(connection, token, DeliveryPlan(id));
        place.Execute("INSERT INTO delivery VALUES (3, 3, 1, 1, false, false, NULL)");
        Assert.Throws<PostgresException>(() => Write(connection, token, DeliveryPlan(3)));
        Assert.Equal(2, place.Number("SELECT count(*) FROM session"));
        Assert.Equal(2, place.Number("SELECT count(*) FROM message"));
        Assert.Equal(2, place.Number("SELECT ticket FROM store_state"));
    }

    [Fact]
    public async Task A_broker_whose_store_was_taken_over_ends_and_commits_nothing()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(fixture.Server);
        TaskCompletionSource<StoreLostException> lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using DurableStateStore store = place.Open(null, lost.SetResult);
        place.Execute("UPDATE store_state SET owner = 'another.1'");
        long ticket = store.Append(new SessionPut("a", null, 1));
        StoreLostException exception = await lost.Task.WaitAsync(TestTime.Patience);
        Assert.Contains("another broker", exception.Message, StringComparison.Ordinal);
        Assert.True(store.DurableTicket < ticket);
        Assert.Equal(0, place.Number("SELECT count(*) FROM session"));
    }

    [Fact]
    public async Task A_broker_whose_database_went_back_in_time_ends()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(fixture.Server);
        TaskCompletionSource<StoreLostException> lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using DurableStateStore store = place.Open(null, lost.SetResult);
        await store.CommittedAsync(store.Append(new SessionPut("a", null, 1)));
        place.Execute("UPDATE store_state SET ticket = 0");
        await fixture.Server.CutConnectionsAsync(place.Location);
        store.Append(new SessionPut("b", null, 1));
        StoreLostException exception = await lost.Task.WaitAsync(TestTime.Patience);
        Assert.Contains("earlier state", exception.Message, StringComparison.Ordinal);
    }

    private static PostgresLocation LocationOf(PostgresPlace place)
    {
        Assert.True(PostgresLocation.TryParse(place.Location, out PostgresLocation? location, out string? fault), fault);
        return location;
    }

    private static void Write(NpgsqlConnection connection, string token, CommitPlan plan)
    {
        using PostgresBatch batch = new(connection, token, plan.Ticket, seconds: 10);
        PostgresCommit.Add(plan, batch);
        batch.Run([]);
    }

    private static CommitPlan SessionPlan(long ticket)
    {
        CommitPlan plan = new(ticket);
        plan.Sessions.Add(new SessionRecord(ticket, $"client-{ticket}", null, 1, null, null, 0, null));
        return plan;
    }

    private static CommitPlan DeliveryPlan(long id)
    {
        CommitPlan plan = SessionPlan(id);
        StoredMessage message = new("a", new byte[1], default, 1, false, long.MaxValue);
        plan.Messages.Add((id, message));
        plan.Deliveries.Add((id, id, new DeliveryQueued("client", id, message, 1, false, []), false));
        return plan;
    }
}
