using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Persistence.Changes;
using Broker.Persistence.Loading;
using Broker.Protocol;
using Broker.Sessions;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Sessions;

/// <summary><c>drop_policy</c>, in each place where a queue can be.</summary>
public sealed class DropPolicyTests
{
    private const QualityOfService Q0 = QualityOfService.AtMostOnce;
    private const QualityOfService Q1 = QualityOfService.AtLeastOnce;

    [Fact]
    public void Oldest_drops_what_has_waited_longest_and_nothing_that_is_in_flight()
    {
        using SessionBench bench = Oldest(2, expirySeconds: 0);
        bench.Attach(receiveMaximum: 1, expirySeconds: 0);

        Offer(bench, "a", Q1);
        Assert.Equal(["q1 m1 a"], bench.Written());
        Offer(bench, "bcdefgh", Q1);

        Assert.Equal(["q1 m7 g"], Acknowledged(bench, 1));
        Assert.Equal(["q1 m8 h"], Acknowledged(bench, 7));
        Assert.Equal(5, bench.Metrics.Dropped(DropReason.QueueOldest));
        Assert.Equal([(DropReason.QueueOldest, 5L)], bench.Session.Drops);
    }

    [Fact]
    public void Oldest_of_a_session_that_is_away_goes_in_the_store_before_the_next_comes()
    {
        using SessionBench bench = Oldest(3);
        bench.Detach();

        Offer(bench, "abcde", Q1);

        Assert.Equal(
            ["+1", "+2", "+3", "-1", "+4", "-2", "+5"],
            bench.Store.Changes.Select(Word).Where(static word => word is not null));
        Assert.Equal((3, 3), (bench.Session.Depths.Waiting, bench.Session.Depths.WaitingBytes));
        bench.Attach();
        bench.Store.Commit();
        Assert.Equal(["q1 m3 c", "q1 m4 d", "q1 m5 e"], bench.Written());
        Assert.Equal(0, bench.Session.Depths.WaitingBytes);
    }

    [Fact]
    public void Oldest_leaves_what_was_sent_before_the_client_left()
    {
        using SessionBench bench = Oldest(2);
        Offer(bench, "ab", Q1);
        bench.Drain();
        bench.Detach();

        Offer(bench, "cdef", Q1);

        bench.Attach();
        bench.Store.Commit();
        Assert.Equal(["q1 m1 dup a", "q1 m2 dup b", "q1 m5 e", "q1 m6 f"], bench.Written());
    }

    // The page is asked for, the queue turns over, the page comes.
    [Theory]
    [InlineData("de", "q1 m3 c|q1 m4 d|q1 m5 e")]
    [InlineData("defghij", "q1 m8 h|q1 m9 i|q1 m10 j")]
    public void Oldest_may_go_while_its_page_is_read(string later, string expected)
    {
        using SessionBench bench = Oldest(3);
        bench.Detach();
        Offer(bench, "abc", Q1);
        bench.Attach();
        bench.Drain();

        Offer(bench, later, Q1);
        bench.Store.Commit();

        Assert.Equal(expected.Split('|'), bench.Written());
        Assert.Equal((0, 0), (bench.Session.Depths.Waiting, bench.Session.Depths.WaitingBytes));
    }

    [Fact]
    public void Oldest_after_a_restart_goes_on_where_the_queue_is()
    {
        using SessionBench bench = Oldest(3);
        StoredSession stored = new("c", null, 1000, 0, long.MaxValue, 5, 2, 3, 0, 30);
        Session session = Session.Restore(stored, bench.Context);
        var subscription = new Subscription { Session = session, Key = "#", Filter = "#", Qos = Q1 };

        for (int i = 0; i < 3; i++) session.Offer(TestMessages.Of("t", Q1, "x"), subscription);

        Assert.Equal(["-3", "+6", "-4", "+7", "-5", "+8"], bench.Store.Changes.Select(Word).OfType<string>());
        Assert.Equal((3, 3), (session.Depths.Waiting, session.Depths.WaitingBytes));
    }

    // What a crash left may all have been sent: it is not the broker's to take back.
    [Fact]
    public void Oldest_after_a_crash_drops_what_comes_as_long_as_all_may_have_been_sent()
    {
        using SessionBench bench = Oldest(3);
        StoredSession stored = new("c", null, 1000, null, long.MaxValue, 5, 5, 3, 0, 30);
        Session session = Session.Restore(stored, bench.Context);
        var subscription = new Subscription { Session = session, Key = "#", Filter = "#", Qos = Q1 };

        Assert.Equal(DropReason.QueueMessages, session.Offer(TestMessages.Of("t", Q1, "x"), subscription).Drop);
        Assert.DoesNotContain(bench.Store.Changes, static change => change is DeliveryRemoved);
    }

    [Fact]
    public void Oldest_takes_qos_0_first_and_never_for_qos_0_what_is_owed_an_acknowledgement()
    {
        using SessionBench bench = Oldest(3, expirySeconds: 0);

        Offer(bench, "a", Q1);
        Offer(bench, "bc", Q0);
        Offer(bench, "de", Q1);
        OfferResult[] refused = [bench.Offer("f", Q0), bench.Offer("g", Q0)];

        Assert.All(refused, static result => Assert.Equal(DropReason.QueueMessages, result.Drop));
        Assert.Equal(["q1 m1 a", "q1 m2 d", "q1 m3 e"], bench.Written());
        Assert.Equal(2, bench.Metrics.Dropped(DropReason.QueueOldest));
    }

    [Fact]
    public void Oldest_makes_room_in_bytes()
    {
        using SessionBench bench = new(
            new LimitOptions { DropPolicy = DropPolicy.Oldest, QueuedBytesMax = 10 }, isDurable: false, expirySeconds: 0);

        foreach (string text in (string[])["1234", "abcd", "xyz", "long enough to be alone"]) bench.Offer(text, Q1);
        Assert.Equal(["q1 m4 long enough to be alone"], bench.Written());

        Assert.Equal(3, bench.Metrics.Dropped(DropReason.QueueOldest));
    }

    // Its own limit and that of all together at once: one goes for the one that comes.
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void Oldest_of_a_full_queue_costs_one_message_though_all_together_are_full_too(int others)
    {
        using SessionBench bench = Oldest(3);
        QueueTotals totals = Together(bench, messagesMax: 3 + others);
        totals.Add(others, bytes: 0);
        bench.Detach();

        Offer(bench, "abcde", Q1);

        Assert.Equal((3, 3 + others), (bench.Session.Depths.Waiting, totals.Messages));
        bench.Attach();
        bench.Store.Commit();
        Assert.Equal(["q1 m3 c", "q1 m4 d", "q1 m5 e"], bench.Written());
    }

    [Fact]
    public void Oldest_makes_room_in_bytes_of_all_together_where_their_messages_are_too_many_as_well()
    {
        using SessionBench bench = Oldest(0);
        QueueTotals totals = Together(bench, messagesMax: 2, bytesMax: 10);
        bench.Detach();

        foreach (string text in (string[])["a", "b", "123456789", "abcdefghi"])
            Assert.Equal(DropReason.None, bench.Offer(text, Q1).Drop);

        Assert.Equal((1, 9), (totals.Messages, totals.Bytes));
        bench.Attach();
        bench.Store.Commit();
        Assert.Equal(["q1 m4 abcdefghi"], bench.Written());
    }

    // Or who is away would lose all it has for what it does not get either.
    [Fact]
    public void Oldest_drops_nothing_for_what_would_have_no_room_even_then()
    {
        using SessionBench bench = Oldest(0);
        QueueTotals totals = Together(bench, messagesMax: 0, bytesMax: 10);
        bench.Detach();
        Offer(bench, "ab", Q1);

        Assert.Equal(DropReason.QueueGlobalBytes, bench.Offer("more than ten bytes", Q1).Drop);

        Assert.Equal((2, 2), (totals.Messages, totals.Bytes));
        Offer(bench, "c", Q1);
        bench.Attach();
        bench.Store.Commit();
        Assert.Equal(["q1 m1 a", "q1 m2 b", "q1 m3 c"], bench.Written());
    }

    // QoS 0 goes first, and that was not enough: what is told to the totals is what is left.
    [Fact]
    public void Oldest_that_goes_in_vain_is_not_counted_among_all_together_any_more()
    {
        using SessionBench bench = new(
            new LimitOptions { DropPolicy = DropPolicy.Oldest, QueuedBytesMax = 4 }, isDurable: false, expirySeconds: 0);
        QueueTotals totals = Together(bench, messagesMax: 100);
        bench.Attach(receiveMaximum: 1, expirySeconds: 0);
        bench.Offer("a", Q1);
        bench.Offer("b", Q1);
        bench.Offer("c", Q0);

        Assert.Equal(DropReason.QueueBytes, bench.Offer("1234", Q0).Drop);

        Assert.Equal((2, 2), (totals.Messages, totals.Bytes));
        Assert.Equal(2, bench.Session.Depths.Waiting);
    }

    [Fact]
    public void Reject_says_so_and_keeps_the_queue()
    {
        using SessionBench bench = new(new LimitOptions { DropPolicy = DropPolicy.Reject, QueuedMessagesMax = 1 });

        Assert.Equal(DropReason.None, bench.Offer("a", Q1).Drop);
        OfferResult refused = bench.Offer("b", Q1);

        Assert.Equal((DropReason.QueueRejected, true), (refused.Drop, refused.BeginsDropping));
        Assert.Equal(["q1 m1 a"], bench.Written());
    }

    // All that happens to a queue, at random: what comes out is in order, and nothing is counted twice or never.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Oldest_keeps_the_books_whatever_happens(int seed)
    {
        var random = new Random(seed);
        using SessionBench bench = Oldest(5);
        HashSet<string> seen = [];
        int last = 0;
        (int offered, bool isHere, bool isAtEnd) = (0, true, false);
        for (int step = 0; step < 2000; step++)
        {
            switch (random.Next(8))
            {
                case < 4:
                    bench.Offer($"{++offered}", Q1);
                    break;
                case 4 when isHere:
                    foreach (OutgoingItem item in bench.Drain()) Receive(item);
                    break;
                case 5:
                    bench.Store.Commit();
                    break;
                case 6 when isHere:
                    bench.Detach();
                    isHere = false;
                    break;
                default:
                    if (!isHere) bench.Attach(receiveMaximum: 3);
                    isHere = true;
                    break;
            }
        }
        if (isHere) bench.Detach();
        bench.Attach();
        (isHere, isAtEnd) = (true, true);
        for (int i = 0; i < 10; i++)
        {
            bench.Store.Commit();
            foreach (OutgoingItem item in bench.Drain()) Receive(item);
        }
        QueueDepths depths = bench.Session.Depths;
        Assert.Equal((0, 0L, 0), (depths.Waiting, depths.WaitingBytes, depths.InFlight));
        Assert.Equal(offered, seen.Count + bench.Metrics.Dropped(DropReason.QueueOldest));

        void Receive(OutgoingItem item)
        {
            string text = item.Entry.Message.Text();
            if (seen.Add(text))
            {
                Assert.True(int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) > last, $"{text} behind {last}");
                last = int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
            }
            if (!isAtEnd && random.Next(4) > 0) return;
            bench.Session.OnPubAck(bench.Connection, PacketIds.Of(item.Entry.Sequence));
        }
    }

    private static SessionBench Oldest(int countMax, uint expirySeconds = Session.NeverExpires) => new(
        new LimitOptions { DropPolicy = DropPolicy.Oldest, QueuedMessagesMax = countMax }, expirySeconds: expirySeconds);

    private static QueueTotals Together(SessionBench bench, int messagesMax, long bytesMax = 0)
    {
        PeerLimitOptions limits = new() { GlobalQueuedMessagesMax = messagesMax, GlobalQueuedBytesMax = bytesMax };
        return bench.Context.QueueTotals = QueueTotals.Of(limits, before: null)!;
    }

    private static void Offer(SessionBench bench, string payloads, QualityOfService qos)
    {
        foreach (char payload in payloads) Assert.Equal(DropReason.None, bench.Offer($"{payload}", qos).Drop);
    }

    private static string[] Acknowledged(SessionBench bench, ushort packetId)
    {
        Assert.Equal(AcknowledgeOutcome.Done, bench.Session.OnPubAck(bench.Connection, packetId));
        return bench.Written();
    }

    private static string? Word(StateChange change) => change switch
    {
        DeliveryQueued queued => $"+{queued.Sequence}",
        DeliveryRemoved removed => $"-{removed.Sequence}",
        _ => null,
    };
}
