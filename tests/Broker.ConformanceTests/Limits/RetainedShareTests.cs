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
        await ExpectAsync(one, "a", "x", ReasonCode.NoMatchingSubscribers);
        await ExpectAsync(one, "b", "x", ReasonCode.NoMatchingSubscribers);
        await ExpectAsync(one, "c", "x", ReasonCode.QuotaExceeded);
        await ExpectAsync(one, "a", "again", ReasonCode.NoMatchingSubscribers);
        // Who publishes over it has it from then on.
        TestClient two = await broker.ConnectV5Async("2");
        await ExpectAsync(two, "a", "mine", ReasonCode.NoMatchingSubscribers);
        await ExpectAsync(one, "c", "x", ReasonCode.NoMatchingSubscribers);
        await ExpectAsync(one, "a", "x", ReasonCode.QuotaExceeded);
        await ExpectAsync(one, "b", "", ReasonCode.NoMatchingSubscribers);
        await ExpectAsync(one, "a", "x", ReasonCode.NoMatchingSubscribers);
        Assert.Equal(2, broker.Engine.Metrics.LimitsMet(LimitKind.MaxRetainedMessages));
    }

    [Directive("max_retained_bytes")]
    [Fact]
    public async Task PUBLISH_FromClient_RetainedBeyondItsOwnBytes_IsRefused()
    {
        await using var broker = LimitedBroker.With(limits => limits with { ClientRetainedBytesMax = 10 });
        TestClient one = await broker.ConnectV5Async("1");
        await ExpectAsync(one, "a", "123456", ReasonCode.NoMatchingSubscribers);
        await ExpectAsync(one, "b", "12345", ReasonCode.QuotaExceeded);
        await ExpectAsync(one, "b", "1234", ReasonCode.NoMatchingSubscribers);
        await ExpectAsync(one, "a", "1234567", ReasonCode.QuotaExceeded);
        await ExpectAsync(one, "a", "12345", ReasonCode.NoMatchingSubscribers);
        await ExpectAsync(await broker.ConnectV5Async("2"), "c", "1234567890", ReasonCode.NoMatchingSubscribers);
        Assert.Equal(2, broker.Engine.Metrics.LimitsMet(LimitKind.MaxRetainedBytes));
    }

    [Fact]
    public async Task PUBLISH_FromClient_RetainedBeforeARestartAndAReload_CountsStill()
    {
        await using CrashingBroker crashing = await CrashingBroker.StartAsync(
            options => options with { Limits = new LimitOptions { Peers = new() { ClientRetainedMessagesMax = 2 } } });
        TestClient before = await crashing.Broker.ConnectV5Async("1");
        for (int i = 0; i < 2; i++) await ExpectAsync(before, $"{i}", "x", ReasonCode.NoMatchingSubscribers);
        await crashing.RestartAsync();
        TestClient client = await crashing.Broker.ConnectV5Async("1");
        await ExpectAsync(client, "3", "x", ReasonCode.QuotaExceeded);
        crashing.Broker.Reload(limits => limits with { ClientRetainedMessagesMax = 0 });
        await ExpectAsync(client, "3", "x", ReasonCode.NoMatchingSubscribers);
        crashing.Broker.Reload(limits => limits with { ClientRetainedMessagesMax = 3 });
        await ExpectAsync(client, "4", "x", ReasonCode.QuotaExceeded);
    }

    private static async Task ExpectAsync(TestClient client, string topic, string text, ReasonCode reason)
    {
        ushort id = await client.PublishAsync(new OutgoingPublish(topic, text, AtLeastOnce) { Retain = true });
        await client.ExpectAckAsync(PacketType.PubAck, id, reason);
    }
}
