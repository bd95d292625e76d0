using Broker.Configuration;
using Broker.ConformanceTests.Durability;
using Broker.ConformanceTests.Mqtt5;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Limits;

/// <summary><c>max_retained_messages</c> and <c>max_retained_bytes</c>: what one client id may keep here.</summary>
public sealed class RetainedShareTests
{
    [Directive("max_retained_messages")]
    [Fact]
    public async Task PUBLISH_FromClient_RetainedBeyondItsOwnNumber_IsRefusedAndOthersAreNot()
    {
        await using var broker = LimitedBroker.With(limits => limits with { ClientRetainedMessagesMax = 2 });
        TestClient one = await broker.ConnectV5Async("1");
        await RetainAsync(one, "a", "x");
        await RetainAsync(one, "b", "x");
        await RetainTooMuchAsync(one, "c", "x");
        await RetainAsync(one, "a", "again");
        // Who publishes over it has it from then on.
        TestClient two = await broker.ConnectV5Async("2");
        await RetainAsync(two, "a", "mine");
        await RetainAsync(one, "c", "x");
        await RetainTooMuchAsync(one, "a", "x");
        await RetainAsync(one, "b", "");
        await RetainAsync(one, "a", "x");
        Assert.Equal(2, broker.Engine.Metrics.LimitsMet(LimitKind.MaxRetainedMessages));
    }

    [Directive("max_retained_bytes")]
    [Fact]
    public async Task PUBLISH_FromClient_RetainedBeyondItsOwnBytes_IsRefused()
    {
        await using var broker = LimitedBroker.With(limits => limits with { ClientRetainedBytesMax = 10 });
        TestClient one = await broker.ConnectV5Async("1");
        await RetainAsync(one, "a", "123456");
        await RetainTooMuchAsync(one, "b", "12345");
        await RetainAsync(one, "b", "1234");
        await RetainTooMuchAsync(one, "a", "1234567");
        await RetainAsync(one, "a", "12345");
        await RetainAsync(await broker.ConnectV5Async("2"), "c", "1234567890");
        Assert.Equal(2, broker.Engine.Metrics.LimitsMet(LimitKind.MaxRetainedBytes));
    }

    [Fact]
    public async Task PUBLISH_FromClient_RetainedBeforeARestartAndAReload_CountsStill()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync(
            options => options with { Limits = new LimitOptions { Peers = new() { ClientRetainedMessagesMax = 2 } } });
        TestClient before = await crashing.Broker.ConnectV5Async("1");
        for (int i = 0; i < 2; i++) await RetainAsync(before, $"{i}", "x");
        await crashing.RestartAsync();
        TestClient client = await crashing.Broker.ConnectV5Async("1");
        await RetainTooMuchAsync(client, "3", "x");
        crashing.Broker.Reload(limits => limits with { ClientRetainedMessagesMax = 0 });
        await RetainAsync(client, "3", "x");
        crashing.Broker.Reload(limits => limits with { ClientRetainedMessagesMax = 3 });
        await RetainTooMuchAsync(client, "4", "x");
    }

    private static Task RetainAsync(TestClient client, string topic, string text) =>
        ExpectAsync(client, topic, text, ReasonCode.NoMatchingSubscribers);

    private static Task RetainTooMuchAsync(TestClient client, string topic, string text) =>
        ExpectAsync(client, topic, text, ReasonCode.QuotaExceeded);

    private static async Task ExpectAsync(TestClient client, string topic, string text, ReasonCode reason)
    {
        ushort id = await client.PublishAsync(new OutgoingPublish(topic, text, AtLeastOnce) { Retain = true });
        await client.ExpectAckAsync(PacketType.PubAck, id, reason);
    }
}
