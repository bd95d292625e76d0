using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.Sessions;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Sessions;

public sealed class SessionOfferTests
{
    private const QualityOfService Q0 = QualityOfService.AtMostOnce;
    private const QualityOfService Q1 = QualityOfService.AtLeastOnce;

    [Fact]
    public void A_full_queue_drops_and_says_why()
    {
        using SessionBench bench = new(new LimitOptions { QueuedMessagesMax = 2 });

        DropReason[] drops = [.. Enumerable.Range(0, 3).Select(_ => bench.Offer("x", Q1).Drop)];

        Assert.Equal([DropReason.None, DropReason.None, DropReason.QueueMessages], drops);
    }

    [Fact]
    public void Zero_means_no_limit()
    {
        using SessionBench bench = new(
            new LimitOptions { QueuedMessagesMax = 0, QueuedBytesMax = 0, InflightMessagesMax = 0, InflightBytesMax = 0 });

        for (int i = 0; i < 5000; i++) Assert.Equal(DropReason.None, bench.Offer("x", Q1).Drop);
        bench.Store.Commit();

        Assert.Equal(5000, bench.Drain().Count);
    }

    [Fact]
    public void A_byte_limit_lets_one_message_pass_however_large()
    {
        using SessionBench bench = new(new LimitOptions { QueuedBytesMax = 10 });

        Assert.Equal(DropReason.None, bench.Offer(new string('x', 100), Q1).Drop);
        Assert.Equal(DropReason.QueueBytes, bench.Offer("x", Q1).Drop);
        bench.Drain();
        Assert.Equal(DropReason.None, bench.Offer("12345", Q1).Drop);
        Assert.Equal(DropReason.None, bench.Offer("12345", Q1).Drop);
        Assert.Equal(DropReason.QueueBytes, bench.Offer("1", Q1).Drop);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Qos_0_waits_for_an_absent_client_only_when_asked(bool isQueued)
    {
        using SessionBench bench = new(new LimitOptions { QueueQos0Messages = isQueued });
        bench.Detach();

        Assert.Equal(isQueued ? DropReason.None : DropReason.OfflineQos0, bench.Offer("x", Q0).Drop);
        bench.Attach();
        bench.Store.Commit();
        Assert.Equal(isQueued ? 1 : 0, bench.Drain().Count);
    }

    [Fact]
    public void Qos_0_that_waited_when_the_client_left_is_dropped_and_counted()
    {
        using SessionBench bench = new();
        bench.Offer("x", Q0);
        bench.Offer("y", Q1);

        bench.Detach();

        Assert.Equal(1, bench.Metrics.Dropped(DropReason.OfflineQos0));
        Assert.Equal(1, bench.Session.QueuedCount);
    }

    [Fact]
    public void A_session_that_ended_takes_nothing_and_counts_what_it_had()
    {
        using SessionBench bench = new();
        bench.Offer("sent", Q1);
        bench.Drain();
        bench.Offer("waits", Q1);

        bench.Session.End(out _);

        Assert.Equal(DropReason.SessionEnded, bench.Offer("late", Q1).Drop);
        Assert.Equal(2, bench.Metrics.Dropped(DropReason.SessionEnded));
    }

    [Fact]
    public void A_long_queue_asks_for_a_drain_before_the_end_of_the_read_batch()
    {
        using SessionBench bench = new();

        bool[] now = [.. Enumerable.Range(0, 128).Select(_ => bench.Offer("x", Q0).DrainNow)];

        Assert.DoesNotContain(true, now[..127]);
        Assert.True(now[127]);
    }

    [Theory]
    [InlineData(2, 1, false, 1)]
    [InlineData(1, 2, false, 1)]
    [InlineData(0, 2, false, 0)]
    [InlineData(0, 2, true, 2)]
    [InlineData(2, 0, true, 0)]
    public void The_lower_qos_counts_unless_it_is_upgraded(int published, int granted, bool isUpgraded, int expected)
    {
        using SessionBench bench = new(new LimitOptions { UpgradeOutgoingQos = isUpgraded });
        Subscription subscription = bench.Subscribe("#", (QualityOfService)granted);

        bench.Session.Offer(TestMessages.Of("t", (QualityOfService)published), subscription);
        bench.Store.Commit();

        Assert.Equal((QualityOfService)expected, Assert.Single(bench.Drain()).Entry.Qos);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Retain_is_kept_as_published_only_when_asked(bool isAsked, bool expected)
    {
        using SessionBench bench = new();
        Subscription subscription = bench.Subscribe("#", retainAsPublished: isAsked);

        bench.Session.Offer(TestMessages.Retained("t"), subscription);

        Assert.Equal(expected, Assert.Single(bench.Drain()).Entry.Retain);
    }

    [Fact]
    public void The_delivery_of_a_persistent_session_is_stored_and_its_ticket_is_the_publishers()
    {
        using SessionBench bench = new();
        Subscription subscription = bench.Subscribe("#", Q1, ids: 7);

        long ticket = bench.Session.Offer(TestMessages.Of("t", Q1), subscription).Ticket;

        DeliveryQueued queued = Assert.IsType<DeliveryQueued>(bench.Store.Changes[(int)ticket - 1]);
        Assert.Equal(("c", 1, 1, "t"), (queued.ClientId, (int)queued.Sequence, (int)queued.Qos, queued.Message.Topic));
        Assert.Equal([7u], queued.SubscriptionIds);
    }

    [Fact]
    public void A_session_that_ends_with_its_connection_writes_nothing_at_all()
    {
        using SessionBench bench = new(expirySeconds: 0);
        Subscription subscription = bench.Subscribe("#");
        bench.Session.Offer(TestMessages.Of("t", QualityOfService.ExactlyOnce), subscription);
        bench.Session.ReceiveQos2(bench.Connection, 1, 10, 0, out _);
        bench.Drain();
        bench.Session.OnPubRec(bench.Connection, 1, ReasonCode.Success);
        bench.Detach();
        bench.Session.End(out long ticket);

        Assert.Empty(bench.Store.Changes);
        Assert.Equal(0, ticket);
    }
}
