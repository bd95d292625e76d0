using Broker.Configuration;
using Broker.Persistence.Changes;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Durability;

/// <summary><c>durability memory</c>: its clients are answered before the commit, which comes all the same.</summary>
public sealed class DurabilityOptionTests
{
    private readonly ManualStateStore _store = new();

    [Fact]
    [Directive("durability")]
    public async Task EVERYTHING_FromServer_ListenerSaysMemory_LeavesBeforeItsCommit()
    {
        await using TestBroker broker = TestBroker.WithListener(
            listener => listener with { Durability = ListenerDurability.Memory }, _store);

        TestClient client = await broker.ConnectPersistentAsync("client");
        await client.SubscribeAsync("a", ExactlyOnce);
        await client.PublishAndCompleteAsync(new("b", "x", ExactlyOnce) { Retain = true });
        TestClient publisher = await broker.ConnectAsync("publisher");
        await publisher.PublishAndCompleteAsync(new("a", "x", ExactlyOnce));
        await client.ReceiveAndCompleteAsync();
        await client.UnsubscribeAsync("a");

        Assert.Equal(0, _store.DurableTicket);
        Assert.Contains(_store.Pending, change => change is DeliveryQueued { ClientId: "client" });
        Assert.Contains(_store.Pending, change => change is RetainedPut);
    }
}
