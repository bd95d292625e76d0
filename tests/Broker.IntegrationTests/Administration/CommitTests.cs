using Broker.Admin;
using Broker.Diagnostics;
using Broker.Messages;
using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.Routing;
using Broker.Security.Bans;
using Broker.Sessions;
using Broker.TestKit;

namespace Broker.IntegrationTests.Administration;

/// <summary>What an administrator is told waits for its commit, and many sessions stop nobody.</summary>
public sealed class CommitTests
{
    [Theory]
    [InlineData("DELETE", "/api/sessions/away", null)]
    [InlineData("DELETE", "/api/retained?topic=kept", null)]
    [InlineData("POST", "/api/bans", """{"as": "clientid", "who": "c"}""")]
    [InlineData("DELETE", "/api/bans?as=username&who=ann", null)]
    [InlineData("POST", "/api/publish", """{"topic": "jobs", "payload": "x", "qos": 1}""")]
    public async Task No_change_is_answered_before_its_commit(string method, string path, string? body)
    {
        ManualStateStore store = new();
        await using InProcessAdmin admin = await InProcessAdmin.StartAsync(store);
        await PrepareAsync(admin, store);

        Task waiting = store.NextWaiterAsync();
        Task<ApiAnswer> answer = admin.Api.SendAsync(new HttpMethod(method), path, body);
        await waiting;
        bool wasEarly = answer.IsCompleted;
        int groups = store.OpenGroups;
        store.Commit();

        Assert.Equal((false, 0), (wasEarly, groups));
        Assert.Equal(200, (await answer.WaitAsync(TestTime.Patience)).Status);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_said_to_be_the_reason()
    {
        ManualStateStore store = new();
        await using InProcessAdmin admin = await InProcessAdmin.StartAsync(store);
        await PrepareAsync(admin, store);

        Task waiting = store.NextWaiterAsync();
        Task<ApiAnswer> asked = admin.Api.DeleteAsync("/api/sessions/away");
        await waiting;
        while (!asked.IsCompleted)
        {
            admin.Broker.Advance(TimeSpan.FromSeconds(11));
            await admin.Api.GetAsync("/health/live");
        }
        ApiAnswer answer = await asked;
        store.Commit();

        Assert.Equal((504, "application/problem+json"), (answer.Status, answer.Type));
        Assert.Contains("the store has not answered for 10 seconds", answer["detail"], StringComparison.Ordinal);
        Assert.Single(store.Changes.OfType<SessionRemoved>());
    }

    [Fact]
    public async Task Before_clients_are_served_nothing_is_changed()
    {
        await using InProcessAdmin admin = await InProcessAdmin.StartAsync(isServing: false);

        ApiAnswer answer = await admin.Api.PostAsync("/api/publish", """{"topic": "a"}""");

        Assert.Equal(503, answer.Status);
        Assert.Equal(200, (await admin.Api.GetAsync("/api/clients")).Status);
    }

    [Fact]
    public async Task A_hundred_thousand_sessions_are_listed_in_parts()
    {
        await using InProcessAdmin admin = await InProcessAdmin.StartAsync();
        AttachOptions options = new(UserName: null, ExpirySeconds: 1000, ReceiveMaximum: 1, Will: null);
        NoConnection connection = new();
        for (int i = 0; i < 100_000; i++)
            admin.Broker.Engine.Sessions.Open(connection, $"session-{i:000000}", cleanStart: false, in options);

        var first = (await admin.Api.GetAsync("/api/sessions?limit=1000")).Json;
        var next = (await admin.Api.GetAsync($"/api/sessions?limit=2&after={first.GetProperty("next").GetString()}")).Json;
        var found = (await admin.Api.GetAsync("/api/sessions?filter=*99999")).Json;

        Assert.Equal(1000, first.GetProperty("items").GetArrayLength());
        Assert.Equal("session-001000", next.GetProperty("items")[0].GetProperty("clientId").GetString());
        Assert.Equal(1, found.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_reader_that_is_slow_loses_messages_by_a_cause_and_the_sum_closes()
    {
        await using InProcessAdmin admin = await InProcessAdmin.StartAsync();
        var engine = admin.Broker.Engine;
        MessageTap tap = MessageTap.Open(engine, "a/#", "test", wantsRetained: true)!;
        const int Count = 3000;
        for (int i = 0; i < Count; i++)
        {
            TouchedConnections touched = new();
            Message message = new(new Topic("a/b"), [1], 0) { Qos = QualityOfService.AtMostOnce };
            engine.Router.Route(message, touched);
            touched.Drain();
        }
        int read = 0;
        while (tap.TryRead(out _)) read++;
        tap.Close();

        TrafficCounts traffic = engine.Metrics.Traffic.Total();
        long dropped = Enum.GetValues<DropReason>().Sum(engine.Metrics.Dropped);
        Assert.Equal(Count, traffic.Matched);
        Assert.True(engine.Metrics.Dropped(DropReason.QueueMessages) > 0, "nothing was dropped by the limit of the queue");
        Assert.Equal(read, traffic.Delivered(QualityOfService.AtMostOnce));
        Assert.Equal(Count, read + dropped);
        Assert.Equal(0, engine.Router.Subscriptions.Count);
    }

    private static async Task PrepareAsync(InProcessAdmin admin, ManualStateStore store)
    {
        Task waiting = store.NextWaiterAsync();
        TestClient client = admin.Broker.Open(ProtocolVersion.Mqtt50);
        Task connecting = client.ConnectPersistentAsync("away");
        await waiting;
        store.Commit();
        await connecting;
        waiting = store.NextWaiterAsync();
        Task subscribing = client.SubscribeAsync("jobs", QualityOfService.AtLeastOnce);
        await waiting;
        store.Commit();
        await subscribing;
        Message kept = new(new Topic("kept"), [1], 0) { Qos = QualityOfService.AtMostOnce, Retain = true };
        admin.Broker.Engine.Retained.Set(kept);
        Ban ban = new(new(BanKind.Username, "ann"), BanMaker.Administrator, "ops", null, 0, Ban.ForEver);
        admin.Broker.Engine.Bans.Put(ban, out _);
        store.Commit();
    }

    private sealed class NoConnection : ISessionConnection
    {
        public bool WaitsForCommit => false;

        public Task ReadingEndedAsync() => Task.CompletedTask;

        public bool TryTouch() => false;

        public void Drain()
        {
        }

        public bool TryHold(ConnectionHold hold) => false;

        public void Pass(in PublicationRun run, int count, in PassedDelivery delivery)
        {
        }

        public void LetGo(ConnectionHold hold)
        {
        }

        public void CloseTakenOver()
        {
        }
    }
}
