using Broker.ConformanceTests.Durability;
using Broker.Protocol;
using Broker.TestKit;
using Broker.TestKit.Processes;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Access;

/// <summary>Sessions that come from the store have the rights of their user, under the list of now.</summary>
public sealed class RestoredAccessTests
{
    [Fact]
    public async Task SESSION_InServer_RestartedWithAnotherList_QueuesAndSendsByThatOne()
    {
        using var folder = new TemporaryFolder();
        folder.Write("acl", "topic write #\nuser u\ntopic read #\n");
        await using CrashingBroker crashing =
            await CrashingBroker.StartAsync(options => ListedBroker.With(options, folder.File("acl")));
        TestClient client = crashing.Broker.Open(ProtocolVersion.Mqtt311);
        await client.ConnectAsync("c", packet => packet with { UserName = "u", CleanStart = false });
        await client.SubscribeAsync("#", AtLeastOnce);
        await client.DisconnectAsync();
        TestClient publisher = await crashing.Broker.ConnectAsync("p");
        await publisher.PublishAndCompleteAsync(new("a", "1", AtLeastOnce));
        await publisher.PublishAndCompleteAsync(new("b", "2", AtLeastOnce));

        folder.Write("acl", "topic write #\nuser u\ntopic read b\n");
        await crashing.RestartAsync();

        publisher = await crashing.Broker.ConnectAsync("p");
        await publisher.PublishAndCompleteAsync(new("a", "3", AtLeastOnce));
        await publisher.PublishAndCompleteAsync(new("b", "4", AtLeastOnce));
        client = crashing.Broker.Open(ProtocolVersion.Mqtt311);
        await client.ConnectAsync("c", packet => packet with { UserName = "u", CleanStart = false });
        Assert.Equal("2", (await client.ReceiveAndCompleteAsync()).Text);
        Assert.Equal("4", (await client.ReceiveAndCompleteAsync()).Text);
        await client.ExpectNothingAsync();
    }
}
