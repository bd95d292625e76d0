using Broker.ConformanceTests.Mqtt5;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Limits;

/// <summary>What a client that was let in may make grow.</summary>
public sealed class ClientLimitTests
{
    private const string OneProperty = "26 00 01 'a' 00 01 'b'";

    [Directive("max_subscriptions")]
    [Theory]
    [InlineData(ProtocolVersion.Mqtt311, ReasonCode.UnspecifiedError)]
    [InlineData(ProtocolVersion.Mqtt50, ReasonCode.QuotaExceeded)]
    public async Task SUBSCRIBE_FromClient_BeyondMaxSubscriptions_IsRefusedInItsPlace(ProtocolVersion version, ReasonCode reason)
    {
        await using var broker = LimitedBroker.With(limits => limits with { SubscriptionsMax = 2 });
        TestClient client = await broker.ConnectAsync("c", version);
        SubAckPacket answer = await client.SubscribeAsync(new("a", 0), new("b", 1), new("c", 1), new("a", 1));
        Assert.Equal([ReasonCode.Success, ReasonCode.GrantedQos1, reason, ReasonCode.GrantedQos1], answer.ReasonCodes);
        await client.PublishAsync(new OutgoingPublish("c", "unheard"));
        await client.ExpectNothingAsync();
        await client.UnsubscribeAsync("a");
        await client.SubscribeAsync("c");
        // Of another client there are none yet.
        await (await broker.ConnectAsync("d", version)).SubscribeAsync("a");
        Assert.Equal(1, broker.Engine.Metrics.LimitsMet(LimitKind.MaxSubscriptions));
    }

    [Directive("global_max_subscriptions")]
    [Fact]
    public async Task SUBSCRIBE_FromClient_BeyondGlobalMaxSubscriptions_IsRefused()
    {
        await using var broker = LimitedBroker.With(limits => limits with { GlobalSubscriptionsMax = 2 });
        TestClient one = await broker.ConnectV5Async("1");
        await one.SubscribeAsync("a");
        TestClient two = await broker.ConnectV5Async("2");
        await two.SubscribeAsync("$share/g/a");
        SubAckPacket answer = await two.SubscribeAsync(new SubscriptionRequest("b", 0));
        Assert.Equal([ReasonCode.QuotaExceeded], answer.ReasonCodes);
        Assert.Equal(1, broker.Engine.Metrics.LimitsMet(LimitKind.GlobalMaxSubscriptions));
        await one.UnsubscribeAsync("a");
        await two.SubscribeAsync("b");
    }

    [Directive("max_wildcard_filters")]
    [Fact]
    public async Task SUBSCRIBE_FromClient_BeyondMaxWildcardFilters_IsRefusedAndPlainTopicsAreNot()
    {
        await using var broker = LimitedBroker.With(limits => limits with { WildcardFiltersMax = 2 });
        TestClient client = await broker.ConnectV5Async("c");
        SubAckPacket answer = await client.SubscribeAsync(
            new("a/+", 0), new("$share/g/b/#", 0), new("+/c", 0), new("a", 0), new("a/+", 0));
        Assert.Equal(
            [ReasonCode.Success, ReasonCode.Success, ReasonCode.QuotaExceeded, ReasonCode.Success, ReasonCode.Success],
            answer.ReasonCodes);
        await client.UnsubscribeAsync("a/+");
        await client.SubscribeAsync("+/c");
        Assert.Equal(1, broker.Engine.Metrics.LimitsMet(LimitKind.MaxWildcardFilters));
    }

    [Directive("max_topic_levels")]
    [Fact]
    public async Task PUBLISH_FromClient_WithMoreLevelsThanMaxTopicLevels_IsClosed()
    {
        await using var broker = LimitedBroker.With(limits => limits with { TopicLevelsMax = 2 });
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("a/b/c");
        await client.PublishAsync(new OutgoingPublish("a/b/c", "x"));
        await client.ExpectPublishAsync("a/b/c", "x");
        await client.PublishAsync(new OutgoingPublish("a/b/c/d", "x"));
        await client.ExpectDisconnectAsync(ReasonCode.TopicNameInvalid);
        TestClient other = await broker.ConnectV5Async("d");
        await other.SendBytesAsync("82 0e | 00 01 | 00 | 00 08 '#/a/b/c/' | 00".Replace("#", "+", StringComparison.Ordinal));
        await other.ExpectDisconnectAsync(ReasonCode.TopicFilterInvalid);
    }

    [Directive("global_max_retained_messages")]
    [Theory]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task PUBLISH_FromClient_RetainedBeyondGlobalMaxRetainedMessages_IsRefusedAndGoesNowhere(QualityOfService qos)
    {
        await using var broker = LimitedBroker.With(limits => limits with { RetainedMessagesMax = 1 });
        TestClient hearing = await broker.ConnectV5Async("h");
        await hearing.SubscribeAsync("#");
        TestClient client = await broker.ConnectV5Async("c");
        await client.RetainAsync("a", "1");
        await hearing.ExpectPublishAsync("a", "1");
        ushort id = await client.PublishAsync(new OutgoingPublish("b", "2", qos) { Retain = true });
        await client.ExpectAckAsync(qos == AtLeastOnce ? PacketType.PubAck : PacketType.PubRec, id, ReasonCode.QuotaExceeded);
        await hearing.ExpectNothingAsync();
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.RetainedLimit));
        Assert.Equal(1, broker.Engine.Metrics.LimitsMet(LimitKind.GlobalMaxRetainedMessages));
        // In its own place, and when it was cleared.
        await client.RetainAsync("a", "3");
        await client.RetainAsync("a", "");
        await client.RetainAsync("b", "4");
        TestClient late = await broker.ConnectV5Async("l");
        await late.SubscribeAsync("#");
        await late.ExpectPublishAsync("b", "4");
        await late.ExpectNothingAsync();
    }

    [Directive("global_max_retained_bytes")]
    [Fact]
    public async Task PUBLISH_FromClient_RetainedBeyondGlobalMaxRetainedBytes_IsRefused()
    {
        await using var broker = LimitedBroker.With(limits => limits with { RetainedBytesMax = 10 });
        TestClient client = await broker.ConnectV5Async("c");
        await client.RetainAsync("a", "123456");
        await client.RetainAsync("b", "1234");
        await ExpectQuotaAsync(client, new OutgoingPublish("c", "1", AtLeastOnce) { Retain = true });
        await ExpectQuotaAsync(client, new OutgoingPublish("a", "1234567", AtLeastOnce) { Retain = true });
        await client.RetainAsync("a", "12345");
        await client.RetainAsync("c", "1");
        Assert.Equal(2, broker.Engine.Metrics.LimitsMet(LimitKind.GlobalMaxRetainedBytes));
        Assert.Equal(10, broker.Engine.Retained.PayloadBytes);
    }

    [Directive("max_user_properties")]
    [Fact]
    public async Task PUBLISH_FromClient_WithMoreThanMaxUserProperties_IsRefusedAndGoesNowhere()
    {
        await using var broker = LimitedBroker.With(limits => limits with { UserPropertiesMax = 2 });
        TestClient client = await broker.ConnectV5Async("c");
        await client.SubscribeAsync("a");
        string two = $"{OneProperty} 09 00 20 '01234567890123456789012345678901' {OneProperty}";
        await client.PublishAsync(new OutgoingPublish("a", "two") { Properties = two });
        await client.ExpectPublishAsync("a", "two");
        await ExpectQuotaAsync(client, new OutgoingPublish("a", "3", AtLeastOnce) { Properties = $"{two} {OneProperty}" });
        await client.ExpectNothingAsync();
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.UserProperties));
        Assert.Equal(1, broker.Engine.Metrics.LimitsMet(LimitKind.MaxUserProperties));
    }

    [Fact]
    public async Task CONNECT_FromClient_WillWithMoreThanMaxUserProperties_IsRefused()
    {
        await using var broker = LimitedBroker.With(limits => limits with { UserPropertiesMax = 1 });
        byte[] one = WireText.Parse(OneProperty);
        await broker.ConnectV5Async("1", packet => packet with { Will = Will(one) });
        byte[] two = [.. one, .. one];
        ConnAckPacket refused = await broker.OpenV5().TryConnectAsync("2", packet => packet with { Will = Will(two) });
        Assert.Equal(ReasonCode.QuotaExceeded, refused.ReasonCode);
        Assert.Equal(1, broker.Engine.Metrics.LimitsMet(LimitKind.MaxUserProperties));

        static WillMessage Will(byte[] properties) => new() { Topic = "w", ForwardedProperties = properties };
    }

    private static async Task ExpectQuotaAsync(TestClient client, OutgoingPublish message)
    {
        ushort id = await client.PublishAsync(message);
        await client.ExpectAckAsync(PacketType.PubAck, id, ReasonCode.QuotaExceeded);
    }
}
