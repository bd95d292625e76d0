using System.Collections.Concurrent;
using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.TestKit.Processes;
using Broker.TestKit.Stores;

namespace Broker.IntegrationTests.Postgres;

/// <summary>The server goes away while it is written to, in every way that servers do.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    /// <summary>A server that recovers from a crash, and a pause before the next attempt.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly BlockingCollection<StoreAvailability> _told = [];
    private PostgresServer? _server;

    private PostgresServer Server => _server ?? throw new InvalidOperationException("not started");

    public async Task InitializeAsync() => _server = await PostgresServer.StartOwnAsync();

    public async Task DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _told.Dispose();
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("stop")]
    [InlineData("suspend")]
    public async Task What_is_written_while_the_server_is_away_follows_when_it_is_back(string how)
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(Server, "?connect_timeout=1&command_timeout=1");
        RandomChanges changes = new(5);
        using DurableStateStore store = place.Open(_told.Add);
        Writing writing = new(store, changes);
        await writing.CommittedAsync(200);
        // The commits of these are under way when it happens.
        writing.Append(2000);
        await (how switch { "kill" => Server.KillAsync(), "stop" => Server.StopAsync(), _ => Server.SuspendAsync() });
        writing.Append(100);
        StoreAvailability away = Told();
        Assert.False(away.IsAvailable);
        Assert.DoesNotContain(Server.Password, away.Reason, StringComparison.Ordinal);
        long durable = store.DurableTicket;
        Assert.True(durable < writing.LastTicket);
        writing.Append(100);
        await (how == "suspend" ? Server.ResumeAsync() : Server.StartAgainAsync());
        await store.CommittedAsync(writing.LastTicket, Patience);
        Assert.True(Told().IsAvailable);
        Assert.Empty(_told);
        Assert.Equal(changes.Model.ToString(), await StateModel.TextOfAsync(store));
        await writing.CommittedAsync(100);
        Assert.Equal(changes.Model.ToString(), await StateModel.TextOfAsync(store));
    }

    [Fact]
    public async Task Connections_that_are_cut_are_made_again()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(Server);
        RandomChanges changes = new(6);
        using DurableStateStore store = place.Open(_told.Add);
        Writing writing = new(store, changes);
        for (int cut = 0; cut < 5; cut++)
        {
            await writing.CommittedAsync(50);
            writing.Append(500);
            await Server.CutConnectionsAsync(place.Location);
            writing.Append(50);
            Assert.False(Told().IsAvailable);
            await store.CommittedAsync(writing.LastTicket, Patience);
            Assert.True(Told().IsAvailable);
        }
        Assert.Empty(_told);
        Assert.Equal(changes.Model.ToString(), await StateModel.TextOfAsync(store));
    }

    [Fact]
    public async Task A_store_that_nobody_writes_to_notices_too()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(Server);
        using DurableStateStore store = place.Open(_told.Add);
        await Server.StopAsync();
        Assert.False(Told().IsAvailable);
        await Server.StartAgainAsync();
        Assert.True(Told().IsAvailable);
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public async Task Killed_with_the_broker_it_has_the_state_of_one_ticket_which_is_no_older_than_the_durable_one(int seed)
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(Server);
        RandomChanges changes = new(seed);
        Random random = new(seed);
        List<string> states = [""];
        for (int crash = 0; crash < 3; crash++)
        {
            DurableStateStore store = place.Open();
            for (int count = random.Next(100, 600); count > 0; count--)
            {
                Assert.Equal(states.Count, store.Append(changes.Next()));
                states.Add(changes.Model.ToString());
            }
            await Server.KillAsync();
            // With the server gone this saves nothing any more.
            store.Dispose();
            long durable = store.DurableTicket;
            await Server.StartAgainAsync();
            using DurableStateStore survivor = place.Open();
            long ticket = survivor.DurableTicket;
            Assert.True(ticket >= durable || states[(int)ticket] == states[(int)durable], $"{ticket} of {durable}");
            Assert.Equal(states[(int)ticket], await StateModel.TextOfAsync(survivor));
            // Goes on with what has survived.
            states = [.. Enumerable.Repeat("", (int)ticket + 1)];
            foreach (string client in changes.ClientIds)
            {
                survivor.Append(new SessionRemoved(client));
                states.Add("");
            }
            for (int topic = 0; topic < 4; topic++)
            {
                survivor.Append(new RetainedRemoved($"topic/{topic}"));
                states.Add("");
            }
            foreach (BanRemoved lifted in RandomChanges.WithoutBans)
            {
                survivor.Append(lifted);
                states.Add("");
            }
            changes = new RandomChanges(seed + crash + 100);
        }
    }

    private StoreAvailability Told()
    {
        Assert.True(_told.TryTake(out StoreAvailability? told, Patience), "nothing was told");
        return told;
    }

    /// <summary>Changes of a test, and the last ticket they were given.</summary>
    private sealed class Writing(DurableStateStore store, RandomChanges changes)
    {
        public long LastTicket { get; private set; }

        public void Append(int count)
        {
            for (; count > 0; count--) LastTicket = store.Append(changes.Next());
        }

        public async Task CommittedAsync(int count)
        {
            for (; count > 0; count--)
            {
                Append(1);
                if (count % 10 == 0) await store.CommittedAsync(LastTicket, Patience);
            }
            await store.CommittedAsync(LastTicket, Patience);
        }
    }
}
