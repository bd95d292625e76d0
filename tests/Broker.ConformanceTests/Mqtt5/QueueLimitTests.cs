using Broker.Diagnostics;
using Broker.Protocol;
using Broker.TestKit;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>What waits for a session, its limits, and the count of what did not fit.</summary>
public sealed class QueueLimitTests
{
    [Theory]
    [InlineData(5, 5, 3)]
    [InlineData(0, 8, 0)] // demands D3: 0 is no limit
    [Directive("max_queued_messages")]
    public async Task PUBLISH_FromServer_SessionAwayAndQueueMessagesLimit_KeepsTheOldestAndCountsTheRest(
        int limit, int kept, int dropped)
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { QueuedMessagesMax = limit });
        await broker.LeaveSubscribedAsync("s", "a");
        await PublishAsync(broker, [.. Enumerable.Range(0, 8).Select(i => $"{i}")]);
        Assert.Equal(dropped, broker.Engine.Metrics.Dropped(DropReason.QueueMessages));
        TestClient back = await broker.ResumeAsync("s");
        for (int i = 0; i < kept; i++) Assert.Equal($"{i}", (await back.ReceiveAndCompleteAsync()).Text);
        await back.ExpectNothingAsync();
    }

    // One line in the log when it begins, not one a message; again when the queue has shrunk in between.
    [Fact]
    public async Task PUBLISH_FromServer_QueueMessagesLimitReached_IsLoggedOncePerFullQueue()
    {
        const string Line = "Outgoing messages are being dropped for client s.";
        await using var broker = TestBroker.WithLimits(limits => limits with { QueuedMessagesMax = 4 });
        await broker.LeaveSubscribedAsync("s", "a");
        await PublishAsync(broker, ["1", "2", "3", "4", "5", "6"]);
        Assert.Single(broker.Log.Lines.All, line => line == Line);
        TestClient back = await broker.ResumeAsync("s");
        for (int i = 0; i < 4; i++) await back.ReceiveAndCompleteAsync();
        await back.DisconnectAsync();
        await PublishAsync(broker, ["1", "2", "3", "4", "5", "6"]);
        Assert.Equal(2, broker.Log.Lines.All.Count(line => line == Line));
    }

    [Fact]
    [Directive("max_queued_bytes")]
    public async Task PUBLISH_FromServer_QueueBytesLimit_CountsPayloadBytesAndLetsOneMessagePass()
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { QueuedBytesMax = 10 });
        await broker.LeaveSubscribedAsync("large", "large");
        await broker.LeaveSubscribedAsync("small", "small");
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("large", "twelve bytes", AtLeastOnce));
        for (int i = 0; i < 3; i++) await publisher.PublishAndCompleteAsync(new OutgoingPublish("small", "1234", AtLeastOnce));
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.QueueBytes));
        TestClient back = await broker.ResumeAsync("large");
        await back.ExpectPublishAsync("large", "twelve bytes");
    }

    // The limit is of what waits beyond the window.
    [Fact]
    public async Task PUBLISH_FromServer_SlowReaderWithAFullWindow_QueueHoldsItsLimitBesidesTheWindow()
    {
        await using var broker =
            TestBroker.WithLimits(limits => limits with { QueuedMessagesMax = 4, InflightMessagesMax = 2 });
        TestClient subscriber = await broker.ConnectV5Async("s");
        await subscriber.SubscribeAsync("a", AtLeastOnce);
        await PublishAsync(broker, [.. Enumerable.Range(0, 10).Select(i => $"{i}")]);
        Assert.Equal(4, broker.Engine.Metrics.Dropped(DropReason.QueueMessages));
        for (int i = 0; i < 6; i++) Assert.Equal($"{i}", (await subscriber.ReceiveAndCompleteAsync()).Text);
        await subscriber.ExpectNothingAsync();
    }

    // Demands D1: control packets have their own lane.
    [Fact]
    public async Task UNSUBACK_FromServer_QueueIsFull_IsSentAllTheSame()
    {
        await using var broker =
            TestBroker.WithLimits(limits => limits with { QueuedMessagesMax = 1, InflightMessagesMax = 1 });
        TestClient subscriber = await broker.ConnectV5Async("s");
        await subscriber.SubscribeAsync("a", AtLeastOnce);
        await PublishAsync(broker, ["0", "1", "2"]);
        await subscriber.ExpectPublishAsync("a", "0");
        Assert.Equal([ReasonCode.Success], (await subscriber.UnsubscribeAsync("a")).ReasonCodes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Directive("queue_qos0_messages")]
    public async Task PUBLISH_FromServer_Qos0ForASessionThatIsAway_IsQueuedOnlyWithQueueQos0Messages(bool isQueued)
    {
        await using var broker = TestBroker.WithLimits(limits => limits with { QueueQos0Messages = isQueued });
        await broker.LeaveSubscribedAsync("s", "a");
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.TellAsync("a", "x");
        Assert.Equal(isQueued ? 0 : 1, broker.Engine.Metrics.Dropped(DropReason.OfflineQos0));
        TestClient back = await broker.ResumeAsync("s");
        if (isQueued) Assert.Equal(AtMostOnce, (await back.ExpectPublishAsync("a", "x")).Qos);
        await back.ExpectNothingAsync();
    }

    // Accepted x matches = delivered + dropped, by cause: nothing is lost from the books.
    [Fact]
    public async Task METRICS_InServer_EveryCauseAtOnce_TheSumCloses()
    {
        await using var broker =
            TestBroker.WithLimits(limits => limits with { QueuedMessagesMax = 3, InflightMessagesMax = 10 });
        await broker.LeaveSubscribedAsync("away", "#");
        TestClient here = await broker.ConnectV5Async("here", packet => packet with { MaximumPacketSize = 40 });
        await here.SubscribeAsync("#", AtLeastOnce);
        TestClient publisher = await broker.ConnectV5Async("p");
        await publisher.TellAsync("a", "qos 0"); // here; dropped for away
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", new string('x', 40), AtLeastOnce)); // away only
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", AtLeastOnce) { MessageExpirySeconds = 1 });
        for (int i = 0; i < 3; i++) await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "y", AtLeastOnce));
        broker.Advance(TimeSpan.FromSeconds(3));
        TestClient back = await broker.ResumeAsync("away");
        int delivered = await CountAsync(back) + await CountAsync(here);
        BrokerMetrics metrics = broker.Engine.Metrics;
        Assert.Equal((1L, 1L, 2L, 1L), (metrics.Dropped(DropReason.OfflineQos0), metrics.Dropped(DropReason.PacketTooLarge),
            metrics.Dropped(DropReason.QueueMessages), metrics.Dropped(DropReason.Expired)));
        Assert.Equal((6 * 2) - (1 + 1 + 2 + 1), delivered);
    }

    private static async Task PublishAsync(TestBroker broker, string[] texts)
    {
        TestClient publisher = await broker.ConnectV5Async("p");
        foreach (string text in texts) await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", text, AtLeastOnce));
    }

    // Everything up to the answer to a ping.
    private static async Task<int> CountAsync(TestClient client)
    {
        await client.PingAsync();
        int count = 0;
        while (await client.ReadAsync<object>() is ReceivedPublish) count++;
        return count;
    }
}
