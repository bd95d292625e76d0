using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.ConformanceTests.Counting;

/// <summary>Who follows a trace reads the life of a message in the words of the ledger, in their order.</summary>
public sealed class TraceTests
{
    [Theory]
    [InlineData(0, "accepted p matched p 1 queued s sent s")]
    [InlineData(1, "accepted p matched p 1 queued s sent s acked s")]
    [InlineData(2, "accepted p matched p 1 queued s sent s acked s")]
    public async Task A_message_is_followed_from_its_publisher_to_its_receiver(int level, string expected)
    {
        await using TestBroker broker = new();
        var qos = (QualityOfService)level;
        TestClient receiver = await broker.ConnectAsync("s");
        await receiver.SubscribeAsync("a/#", qos);
        TestClient publisher = await broker.ConnectAsync("p");
        TraceViewer viewer = Follow(broker, topic: "a/b");

        await publisher.PublishAndCompleteAsync(new("a/b", "four", qos) { PacketId = level == 0 ? (ushort)0 : (ushort)7 });
        await publisher.PublishAsync(new("other", "x"));
        await receiver.ReceiveAndCompleteAsync();
        await receiver.PingFenceAsync();

        List<TraceEvent> events = Read(viewer);
        Assert.Equal(expected, Words(events));
        Assert.All(events, one => Assert.Equal((4, level, "p", "a/b"), (one.Bytes, one.Qos, one.PublisherId, one.Topic)));
        Assert.Equal(level == 0 ? null : (ushort)7, events[0].PacketId);
        Assert.StartsWith("127.0.0.1:", events[3].Address, StringComparison.Ordinal);
        Assert.Equal(level == 0, events[3].PacketId is null);
    }

    [Fact]
    public async Task Messages_that_would_go_together_are_each_told_and_none_is_told_when_nobody_looks()
    {
        await using TestBroker broker = new();
        TestClient receiver = await broker.ConnectAsync("s");
        await receiver.SubscribeAsync("a");
        TestClient publisher = await broker.ConnectAsync("p");
        TraceViewer viewer = Follow(broker, client: "s");
        byte[] publish = WireText.Parse("30 04 00 01 61 78");
        byte[] many = [.. Enumerable.Repeat(publish, 50).SelectMany(static one => one)];

        await publisher.SendBytesAsync(many);
        for (int i = 0; i < 50; i++) await receiver.ExpectPublishAsync("a", "x");
        List<TraceEvent> events = Read(viewer);
        broker.Engine.Metrics.Traces.Remove(viewer);
        await publisher.SendBytesAsync(many);
        for (int i = 0; i < 50; i++) await receiver.ExpectPublishAsync("a", "x");

        Assert.Equal(50, events.Count(static one => one.Word == TraceWord.Queued));
        Assert.Equal(50, events.Count(static one => one.Word == TraceWord.Sent));
        Assert.Equal(100, events.Count);
        Assert.Empty(Read(viewer));
    }

    [Fact]
    public async Task What_expires_what_finds_no_room_and_what_a_session_leaves_is_told_with_its_cause()
    {
        await using TestBroker broker = TestBroker.WithLimits(static limits => limits with { QueuedMessagesMax = 2 });
        TestClient receiver = await broker.ConnectPersistentAsync("s");
        await receiver.SubscribeAsync("a", QualityOfService.AtLeastOnce);
        await receiver.DisconnectAsync();
        TestClient publisher = await broker.ConnectAsync("p", ProtocolVersion.Mqtt50);
        TraceViewer viewer = Follow(broker, client: "s");

        await publisher.PublishAndCompleteAsync(
            new("a", "1", QualityOfService.AtLeastOnce) { PacketId = 1, MessageExpirySeconds = 5 });
        await publisher.PublishAndCompleteAsync(new("a", "2", QualityOfService.AtLeastOnce) { PacketId = 2 });
        await publisher.PublishAndCompleteAsync(new("a", "3", QualityOfService.AtLeastOnce) { PacketId = 3 });
        Assert.Equal("queued s queued s dropped s queue_messages", Words(Read(viewer)));

        broker.Advance(TimeSpan.FromSeconds(10));
        TestClient back = await broker.ConnectPersistentAsync("s");
        await back.ExpectPublishAsync("a", "2");
        Assert.Equal("connect s expired s expired sent s", Words(Read(viewer)));
        await back.DisconnectAsync();
        TestClient clean = await broker.ConnectAsync("s");
        Assert.Equal("disconnect s client_disconnected dropped s session_ended connect s", Words(Read(viewer)));
        await clean.DisconnectAsync();
    }

    [Fact]
    public async Task What_is_not_let_in_and_what_nobody_wants_is_told()
    {
        await using TestBroker broker = TestBroker.WithLimits(static limits => limits with { PayloadBytesMax = 3 });
        TestClient publisher = await broker.ConnectAsync("p");
        TraceViewer viewer = Follow(broker);

        await publisher.PublishAndCompleteAsync(new("a", "1234", QualityOfService.AtLeastOnce) { PacketId = 1 });
        await publisher.PublishAndCompleteAsync(new("a", "123", QualityOfService.AtLeastOnce) { PacketId = 2 });

        Assert.Equal("refused p payload_too_large accepted p matched p 0", Words(Read(viewer)));
    }

    [Fact]
    public async Task Clients_and_subscriptions_come_and_go()
    {
        await using TestBroker broker = new();
        TraceViewer viewer = Follow(broker, client: "c");

        TestClient client = await broker.ConnectAsync("c");
        await client.SubscribeAsync("a/+", QualityOfService.AtLeastOnce);
        await client.UnsubscribeAsync("a/+", "never");
        TestClient second = await broker.ConnectAsync("c");
        await client.ExpectEndAsync();
        await second.PingFenceAsync();

        string words = Words(Read(viewer));
        const string Begin = "connect c subscribe c unsubscribe c unsubscribe c no_subscription_existed ";
        Assert.StartsWith(Begin, words, StringComparison.Ordinal);
        // The two sides of a takeover are two threads.
        Assert.Equal(
            ["c", "c", "connect", "disconnect", "taken_over"],
            words[Begin.Length..].Split(' ').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_subscription_that_is_one_too_many_is_told_as_refused()
    {
        await using TestBroker broker = TestBroker.WithLimits(
            limits => limits with { Peers = limits.Peers with { SubscriptionsMax = 1 } });
        TestClient client = await broker.ConnectAsync("c", ProtocolVersion.Mqtt50);
        TraceViewer viewer = Follow(broker, client: "c");

        await client.SubscribeAsync(new SubscriptionRequest("a", 0), new SubscriptionRequest("b", 0));

        Assert.Equal("subscribe c subscribe c quota_exceeded", Words(Read(viewer)));
    }

    private static TraceViewer Follow(TestBroker broker, string? client = null, string? topic = null)
    {
        TraceViewer viewer = new(new TraceFilter(client, topic, address: null), rate: 10_000, broker.Time);
        Assert.True(broker.Engine.Metrics.Traces.TryAdd(viewer, broker.Time));
        return viewer;
    }

    private static List<TraceEvent> Read(TraceViewer viewer)
    {
        List<TraceEvent> events = [];
        while (viewer.TryRead(out TraceEvent? happened)) events.Add(happened);
        return events;
    }

    private static string Words(List<TraceEvent> events) => string.Join(' ', events.Select(static one => string.Join(
        ' ', ((string?[])[$"{SnakeWord(one.Word)}", one.ClientId, $"{one.Count}", one.Cause]).Where(static part =>
            !string.IsNullOrEmpty(part)))));

    private static string SnakeWord(TraceWord word) => SnakeCase.Of($"{word}");
}
