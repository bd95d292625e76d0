using Broker.IntegrationTests.Clients;
using Broker.Protocol;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Durability;

/// <summary>A broker whose PostgreSQL goes away and comes back, as its clients and its operator see it.</summary>
public sealed class DatabaseAwayTests
{
    private const string Away = "The store takes no commits: ";
    private const string Back = "The store takes commits again.";

    [Theory]
    [Demand("A18")]
    [InlineData("kill")]
    [InlineData("suspend")]
    public async Task Who_needs_a_commit_waits_the_others_go_on_and_all_goes_on_by_itself(string how)
    {
        await using PostgresServer server = await PostgresServer.StartOwnAsync();
        string url = await server.CreateDatabaseAsync();
        await using DurableBroker broker = new($"persistence_url {url}?command_timeout=2");
        await broker.StartAsync();
        await MosquittoSub.SubscribeOnceAsync(broker.Endpoint, "-i", "reader", "-c", "-q", "1", "-t", "jobs");
        await using TestClient publisher = await TestClient.OverTcpAsync(broker.Endpoint.Port);
        await publisher.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("jobs", "before", QualityOfService.AtLeastOnce));

        if (how == "kill") await server.KillAsync();
        else await server.SuspendAsync();
        ushort packetId = await publisher.PublishAsync(new("jobs", "meanwhile", QualityOfService.AtLeastOnce));
        await broker.Process.Log.WaitForAsync(line => line.Contains(Away, StringComparison.Ordinal), "that the store is away");
        await publisher.PingFenceAsync();
        await using TestClient listener = await TestClient.OverTcpAsync(broker.Endpoint.Port);
        await listener.ConnectAsync("listener");
        await listener.SubscribeAsync("live");
        await publisher.PublishAsync(new("live", "alive"));
        await listener.ExpectPublishAsync("live", "alive");
        await publisher.PingFenceAsync();
        if (how == "kill") await server.StartAgainAsync();
        else await server.ResumeAsync();

        await publisher.ExpectAckAsync(PacketType.PubAck, packetId);
        await broker.Process.Log.WaitForAsync(line => line.Contains(Back, StringComparison.Ordinal), "that the store is back");
        await using MosquittoSub reader = MosquittoSub.Launch(
            broker.Endpoint, "%p", "-i", "reader", "-c", "-q", "1", "-t", "jobs", "-C", "2");
        Assert.Equal(["before", "meanwhile"], await reader.AllAsync());
        foreach (string word in (string[])[Away, Back])
            Assert.Single(broker.Process.Log.All, line => line.Contains(word, StringComparison.Ordinal));
    }
}
