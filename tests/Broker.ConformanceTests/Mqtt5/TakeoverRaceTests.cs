using Broker.Persistence.Changes;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>Takeover while the old connection is busy: whoever wins, nothing of the loser may stay behind.</summary>
public sealed class TakeoverRaceTests
{
    // A subscription that is made while its session ends would be found by nobody any more.
    [Fact]
    [Demand("C7")]
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

    // An answer to the old connection must not reach the new one, which may use the packet id for another message.
    [Fact, Spec("MQTT-2.2.1-5")]
    [Demand("C7")]
    public async Task PUBLISH_FromClient_WhileItsSessionIsTakenOver_ItsAnswersDoNotReachTheNewConnection()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { InflightMessagesMax = 0 });
        string burst = string.Concat(Enumerable.Range(1, 200).Select(id => $"32 06 00 01 'a' 00 {id:x2} 00 "));
        TestClient last = await broker.ResumeAsync("c");
        for (int i = 0; i < 200; i++)
        {
            Task sending = last.SendBytesAsync(burst);
            last = await broker.ResumeAsync("c");
            await last.ExpectNothingAsync();
            await sending;
        }
    }

    // The old connection is still at it when the new one has its CONNACK: what comes by the new one waits for it.
    [Fact, Spec("MQTT-4.6.0-5")]
    [Demand("C7")]
    public async Task PUBLISH_FromClient_WhileAnEarlierOneIsHandledOnTheOldConnection_ComesBehindIt()
    {
        TaskCompletionSource isHandled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using ManualResetEventSlim mayGoOn = new();
        var store = new ManualStateStore
        {
            CommitsAtOnce = true,
            Appending = change =>
            {
                if (change is not RetainedPut) return;
                isHandled.TrySetResult();
                Assert.True(mayGoOn.Wait(TestTime.Patience));
            },
        };
        await using var broker = new TestBroker(store: store);
        TestClient subscriber = await broker.ConnectV5Async("s");
        await subscriber.SubscribeAsync("#");
        TestClient old = await broker.ResumeAsync("p");
        await old.PublishAsync(new("a", "first") { Retain = true });
        await isHandled.Task.WaitAsync(TestTime.Patience);
        await broker.ResumeAsync("p"); // Which is taken over while it waits.
        TestClient next = await broker.ResumeAsync("p");

        await next.PublishAsync(new("b", "second"));
        // Others are served meanwhile, often enough for it to come if it did.
        for (int i = 0; i < 100; i++) await subscriber.PingFenceAsync();
        mayGoOn.Set();

        await subscriber.ExpectPublishAsync("a", "first");
        await subscriber.ExpectPublishAsync("b", "second");
    }
}
