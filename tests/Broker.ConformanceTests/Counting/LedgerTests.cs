using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.TestKit;

namespace Broker.ConformanceTests.Counting;

/// <summary>Nothing is dropped silently: what was owed is done, waits, or has a cause.</summary>
public sealed class LedgerTests
{
    private const int Steps = 500;

    [Theory]
    [InlineData(11, nameof(DropPolicy.Newest), nameof(DropReason.QueueMessages))]
    [InlineData(12, nameof(DropPolicy.Newest), nameof(DropReason.QueueBytes))]
    [InlineData(13, nameof(DropPolicy.Newest), nameof(DropReason.QueueMessages))]
    [InlineData(14, nameof(DropPolicy.Newest), nameof(DropReason.QueueBytes))]
    [InlineData(15, nameof(DropPolicy.Oldest), nameof(DropReason.QueueOldest))]
    [InlineData(16, nameof(DropPolicy.Oldest), nameof(DropReason.QueueOldest))]
    [InlineData(17, nameof(DropPolicy.Reject), nameof(DropReason.QueueRejected))]
    [InlineData(18, nameof(DropPolicy.Newest), nameof(DropReason.QueueGlobalMessages))]
    [InlineData(19, nameof(DropPolicy.Oldest), nameof(DropReason.QueueOldest))]
    public async Task Accepted_times_matches_is_delivered_and_queued_and_expired_and_dropped(
        int seed, string policy, string ofQueue)
    {
        bool isStored = seed % 2 == 1;
        PeerLimitOptions ofAll = new() { GlobalQueuedMessagesMax = seed > 17 ? 20 : 0 };
        await using TestBroker broker = TestBroker.WithLimits(
            limits => limits with
            {
                QueuedMessagesMax = 12,
                QueuedBytesMax = 400,
                InflightMessagesMax = 5,
                DropPolicy = Enum.Parse<DropPolicy>(policy),
                Peers = ofAll,
            },
            isStored ? new ManualStateStore { CommitsAtOnce = true } : null);
        LedgerRun run = new(broker, seed);
        await run.BeginAsync();

        await run.PlayAsync(Steps);

        Ledger ledger = Ledger.Of(broker.Engine);
        Assert.Equal((long)run.Accepted * run.Matches, ledger.Matched);
        Assert.Equal(ledger.Owed, ledger.Accounted);
        // Each way that a delivery can end was gone: else the sum says little.
        BrokerMetrics metrics = broker.Engine.Metrics;
        Assert.True(ledger.Open > 0 && ledger.Expired > 0);
        Assert.All(
            new[] { DropReason.OfflineQos0, Enum.Parse<DropReason>(ofQueue), DropReason.PacketTooLarge },
            reason => Assert.True(metrics.Dropped(reason) > 0, $"{reason} never happened"));
    }

    [Fact]
    public async Task It_closes_when_sessions_end_with_what_they_had()
    {
        await using TestBroker broker = new();
        TestClient publisher = await broker.ConnectAsync("p");
        TestClient subscriber = await broker.ConnectAsync("s");
        await subscriber.SubscribeAsync("a", QualityOfService.ExactlyOnce);
        // Retained, for the replay that a new subscription is owed.
        await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "r", QualityOfService.AtLeastOnce) { Retain = true });
        for (int i = 0; i < 30; i++)
            await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", QualityOfService.AtLeastOnce));
        TestClient late = await broker.ConnectAsync("late");
        await late.SubscribeAsync("a", QualityOfService.AtMostOnce);
        Assert.Equal("r", (await late.ReadAsync<ReceivedPublish>()).Text);

        await subscriber.BreakOffAsync();

        Ledger ledger = Ledger.Of(broker.Engine);
        Assert.Equal((31, 1), (ledger.Matched, ledger.Replayed));
        Assert.Equal(31, broker.Engine.Metrics.Dropped(DropReason.SessionEnded));
        Assert.Equal(ledger.Owed, ledger.Accounted);
    }

    [Fact]
    public async Task What_a_member_of_a_shared_group_leaves_to_the_others_is_owed_once()
    {
        await using TestBroker broker = new();
        TestClient publisher = await broker.ConnectAsync("p");
        TestClient leaver = await broker.ConnectAsync("leaver");
        TestClient heir = await broker.ConnectAsync("heir");
        foreach (TestClient member in new[] { leaver, heir })
            await member.SubscribeAsync("$share/g/a", QualityOfService.AtLeastOnce);
        for (int i = 0; i < 4; i++)
            await publisher.PublishAndCompleteAsync(new OutgoingPublish("a", "x", QualityOfService.AtLeastOnce));

        await leaver.BreakOffAsync();

        for (int i = 0; i < 4; i++) await heir.ReceiveAndCompleteAsync();
        await heir.PingFenceAsync();
        Assert.Equal(new Ledger(Matched: 4, Replayed: 0, Restored: 0, Delivered: 4, Open: 0, Expired: 0, Dropped: 0),
            Ledger.Of(broker.Engine));
    }

    [Fact]
    public async Task What_is_not_let_in_is_refused_and_owed_to_nobody()
    {
        await using TestBroker broker = TestBroker.WithLimits(static limits => limits with { PayloadBytesMax = 4 });
        TestClient client = await broker.ConnectAsync("c");
        await client.SubscribeAsync("#");

        await client.PublishAsync(new OutgoingPublish("a", "too large"));
        await client.PublishAsync(new OutgoingPublish("$SYS/a", "x"));
        await client.PublishAsync(new OutgoingPublish("a", "x"));

        await client.ExpectPublishAsync("a", "x");
        await client.ExpectNothingAsync();
        Ledger ledger = Ledger.Of(broker.Engine);
        Assert.Equal((1, 1, 0), (ledger.Matched, ledger.Delivered, ledger.Dropped));
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.PayloadTooLarge));
        Assert.Equal(1, broker.Engine.Metrics.Dropped(DropReason.NotAuthorized));
    }

    [Fact]
    public async Task Packets_and_bytes_are_those_on_the_wire()
    {
        await using TestBroker broker = new();
        TestClient client = await broker.ConnectAsync("c");
        await client.SubscribeAsync("a", QualityOfService.AtLeastOnce);

        await client.PublishAsync(new OutgoingPublish("a", "xyz"));
        await client.ExpectPublishAsync("a", "xyz");
        await client.PublishAndCompleteAsync(new OutgoingPublish("b", "xyz", QualityOfService.AtLeastOnce));
        await client.PingFenceAsync();

        TrafficCounts traffic = broker.Engine.Metrics.Traffic.Total();
        Assert.Equal((2, 18), (traffic.PacketsReceived(PacketType.Publish), traffic.BytesReceived(PacketType.Publish)));
        Assert.Equal((1, 8), (traffic.PacketsSent(PacketType.Publish), traffic.BytesSent(PacketType.Publish)));
        Assert.Equal((6, 3), (traffic.PayloadBytesReceived, traffic.PayloadBytesSent));
        Assert.Equal((1, 4), (traffic.PacketsSent(PacketType.PubAck), traffic.BytesSent(PacketType.PubAck)));
        Assert.Equal((1, 4), (traffic.PacketsSent(PacketType.ConnAck), traffic.BytesSent(PacketType.ConnAck)));
        Assert.Equal((1, 5), (traffic.PacketsSent(PacketType.SubAck), traffic.BytesSent(PacketType.SubAck)));
        Assert.Equal((1, 2), (traffic.PacketsReceived(PacketType.PingReq), traffic.BytesReceived(PacketType.PingReq)));
        Assert.Equal((1, 2), (traffic.PacketsSent(PacketType.PingResp), traffic.BytesSent(PacketType.PingResp)));
        Assert.Equal(1, traffic.PublishesReceived(QualityOfService.AtLeastOnce));
    }
}
