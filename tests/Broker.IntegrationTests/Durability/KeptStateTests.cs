using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Postgres;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.IntegrationTests.Durability;

/// <summary>A broker that keeps some of its state, and is killed.</summary>
[Collection(nameof(PostgresCollection))]
public sealed class KeptStateTests(PostgresFixture postgres)
{
    private const string Removed =
        "1 sessions, 1 queued and 0 retained messages were in the store, are not kept any more by persistence_kinds or "
        + "persistence_user, and were removed.";

    [Theory]
    [Demand("A20")]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    [Directive("persistence_kinds")]
    public async Task Retained_messages_stay_and_sessions_do_not(string store)
    {
        await using DurableBroker broker = await StartAsync(store, "persistence_kinds retained");
        await broker.Process.Log.WaitForAsync("The store has only what persistence_kinds and persistence_user say: retained.");
        await LeaveAsync(broker.Endpoint, "reader");

        // As long as it runs it is all there.
        Assert.Equal((true, "job"), await ResumeAsync(broker.Endpoint, "reader"));
        await LeaveAsync(broker.Endpoint, "reader");
        await broker.Process.KillAsync();
        await broker.StartAsync();

        await broker.Process.Log.WaitForAsync("Loaded 0 sessions, 0 subscriptions, 0 queued and 1 retained messages.");
        Assert.Equal((false, null), await ResumeAsync(broker.Endpoint, "reader"));
        await using MosquittoSub retained = MosquittoSub.Launch(broker.Endpoint, "%t %p", "-t", "kept/#", "-C", "1");
        Assert.Equal(["kept/reader on"], await retained.AllAsync());
    }

    [Theory]
    [Demand("A20")]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    [Directive("persistence_user")]
    public async Task Each_user_is_kept_as_its_line_says(string store)
    {
        await using DurableBroker broker = await StartAsync(
            store, "persistence_kinds none\npersistence_user plant-* all\npersistence_user gauge retained");
        string[] users = ["plant-7", "gauge", "guest"];
        foreach (string user in users) await LeaveAsync(broker.Endpoint, user);

        await broker.Process.KillAsync();
        await broker.StartAsync();

        await broker.Process.Log.WaitForAsync("Loaded 1 sessions, 1 subscriptions, 1 queued and 2 retained messages.");
        Assert.Equal((true, "job"), await ResumeAsync(broker.Endpoint, "plant-7"));
        Assert.Equal((false, null), await ResumeAsync(broker.Endpoint, "gauge"));
        Assert.Equal((false, null), await ResumeAsync(broker.Endpoint, "guest"));
    }

    [Theory]
    [Demand("A20")]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task What_the_store_has_from_before_is_named_and_removed(string store)
    {
        await using DurableBroker broker = await StartAsync(store, "");
        await LeaveAsync(broker.Endpoint, "reader");
        await broker.Process.KillAsync();
        string file = broker.Folder.File("mosquitto.conf");
        string text = await File.ReadAllTextAsync(file);

        broker.Folder.Write("mosquitto.conf", text + "persistence_kinds retained\n");
        await broker.StartAsync();
        await broker.Process.Log.WaitForAsync(Removed);
        Assert.Equal(0, await broker.Process.StopAsync());
        broker.Folder.Write("mosquitto.conf", text);
        await broker.StartAsync();

        await broker.Process.Log.WaitForAsync("Loaded 0 sessions, 0 subscriptions, 0 queued and 1 retained messages.");
    }

    private async Task<DurableBroker> StartAsync(string store, string lines)
    {
        if (store == "postgres") lines += $"\npersistence_url {await postgres.Server.CreateDatabaseAsync()}";
        DurableBroker broker = new(lines);
        await broker.StartAsync();
        return broker;
    }

    /// <summary>A session of this user with a message in its queue, and a retained message of this user.</summary>
    private static async Task LeaveAsync(Endpoint endpoint, string user)
    {
        await using TestClient client = await TestClient.OverTcpAsync(endpoint.Port);
        await client.ConnectAsync(user, packet => packet with { CleanStart = false, UserName = user });
        await client.SubscribeAsync($"jobs/{user}", QualityOfService.AtLeastOnce);
        await client.PublishAndCompleteAsync(new($"kept/{user}", "on", QualityOfService.AtLeastOnce) { Retain = true });
        await client.DisconnectAsync();
        await MosquittoPub.SendAsync(endpoint, $"jobs/{user}", "job", 1);
    }

    /// <summary>Whether the session is present, and what it brings.</summary>
    private static async Task<(bool IsPresent, string? Message)> ResumeAsync(Endpoint endpoint, string user)
    {
        await using TestClient client = await TestClient.OverTcpAsync(endpoint.Port);
        ConnAckPacket answer = await client.ConnectAsync(user, packet => packet with { CleanStart = false, UserName = user });
        string? message = answer.SessionPresent ? (await client.ReceiveAndCompleteAsync()).Text : null;
        await client.PingFenceAsync();
        await client.DisconnectAsync();
        return (answer.SessionPresent, message);
    }
}
