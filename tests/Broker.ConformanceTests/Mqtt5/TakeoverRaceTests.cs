using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Takeover while the old connection is busy: whoever wins, nothing of the loser may stay behind.</summary>
public sealed class TakeoverRaceTests
{
    // Demands C7: a subscription that is made while its session ends would be found by nobody any more.
    [Fact]
    public async Task SUBSCRIBE_FromClient_WhileCleanStartEndsItsSession_LeavesNoSubscriptionBehind()
    {
        await using var broker = new TestBroker();
        SubscriptionRequest[] requests = [.. Enumerable.Range(0, 200).Select(i => new SubscriptionRequest($"t/{i}", 0))];
        TestClient last = await broker.ConnectV5Async("c");
        for (int i = 0; i < 100; i++)
        {
            Task sending = last.SendAsync(new SubscribePacket(1, 0, requests));
            last = await broker.ConnectV5Async("c");
            await sending;
        }
        await last.DisconnectAsync();
        await broker.AllEndedAsync();
        Assert.Equal((0, 0), (broker.Engine.Sessions.Registry.Count, broker.Engine.Router.Subscriptions.Count));
    }
}
