using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.Sessions;
using Broker.TestKit;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Sessions;

public sealed class SessionTakeTests
{
    private const QualityOfService Q0 = QualityOfService.AtMostOnce;
    private const QualityOfService Q1 = QualityOfService.AtLeastOnce;
    private const QualityOfService Q2 = QualityOfService.ExactlyOnce;

    [Fact]
    public void Qos_2_waits_for_its_commit_and_qos_0_and_1_do_not_wait_for_theirs()
    {
        using SessionBench bench = new();
        bench.Offer("one", Q1);
        bench.Offer("two", Q2);
        bench.Offer("zero", Q0);

        Assert.Equal(["q1 m1 one", "q0 zero"], bench.Written());
        bench.Store.Commit();
        Assert.Equal(["q2 m2 two"], bench.Written());
    }

    [Fact]
    public void The_lowest_ticket_that_holds_something_back_is_reported()
    {
        using SessionBench bench = new();
        long ticket = bench.Offer("two", Q2).Ticket;
        bench.Session.AddAck(bench.Connection, new Ack(PacketType.PubAck, 9, ReasonCode.Success, ticket + 5));
        OutgoingBatch batch = new();

        bench.Session.Take(bench.Connection, batch);

        Assert.Equal(ticket, batch.WaitTicket);
        Assert.Equal(0, batch.Items.Length);
    }

    [Fact]
    public void An_acknowledgement_waits_for_its_commit_and_those_behind_it_wait_with_it()
    {
        using SessionBench bench = new();
        bench.Store.Commit();
        long ticket = bench.Store.Append(new RetainedRemoved("t"));
        bench.Session.AddAck(bench.Connection, new Ack(PacketType.PubAck, 1, ReasonCode.Success, ticket));
        bench.Session.AddAck(bench.Connection, new Ack(PacketType.PubAck, 2, ReasonCode.Success, 0));

        Assert.Empty(bench.Written());
        bench.Store.CommitThrough(ticket);
        Assert.Equal(["PubAck 1", "PubAck 2"], bench.Written());
    }

    [Fact]
    public void The_window_is_the_smaller_of_the_two_maxima_and_an_acknowledgement_opens_it()
    {
        using SessionBench bench = new(new LimitOptions { InflightMessagesMax = 20 });
        bench.Attach(receiveMaximum: 2);
        foreach (string payload in new[] { "a", "b", "c" }) bench.Offer(payload, Q1);
        bench.Offer("zero", Q0);

        Assert.Equal(["q1 m1 a", "q1 m2 b", "q0 zero"], bench.Written());
        Assert.Equal(AcknowledgeOutcome.Done, bench.Session.OnPubAck(bench.Connection, 2));
        Assert.Equal(["q1 m3 c"], bench.Written());
    }

    [Fact]
    public void A_window_in_bytes_lets_one_message_pass_however_large()
    {
        using SessionBench bench = new(new LimitOptions { InflightBytesMax = 4 });
        bench.Offer("very large", Q1);
        bench.Offer("x", Q1);

        Assert.Equal(["q1 m1 very large"], bench.Written());
        bench.Session.OnPubAck(bench.Connection, 1);
        Assert.Equal(["q1 m2 x"], bench.Written());
    }

    [Fact]
    [Spec("MQTT-4.4.0-1", "3.1.1"), Spec("MQTT-4.4.0-1", "5.0")]
    [Spec("MQTT-4.6.0-1", "3.1.1"), Spec("MQTT-4.6.0-1", "5.0")]
    public void A_new_connection_gets_what_is_open_again_first_in_order_with_its_ids()
    {
        using SessionBench bench = new();
        foreach (string payload in new[] { "a", "b", "c" }) bench.Offer(payload, payload == "b" ? Q2 : Q1);
        bench.Store.Commit();
        bench.Drain();
        bench.Session.OnPubAck(bench.Connection, 1);
        bench.Detach();
        bench.Offer("d", Q1);

        bench.Attach();
        bench.Store.Commit();

        Assert.Equal(["q2 m2 dup b", "q1 m3 dup c", "q1 m4 d"], bench.Written());
    }

    [Fact]
    public void A_released_message_is_resumed_with_pubrel_even_when_the_window_is_full()
    {
        using SessionBench bench = new();
        bench.Offer("a", Q2);
        bench.Offer("b", Q2);
        bench.Offer("c", Q2);
        bench.Store.Commit();
        bench.Drain();
        bench.Session.OnPubRec(bench.Connection, 2, ReasonCode.Success);
        bench.Store.Commit();
        bench.Detach();

        bench.Attach(receiveMaximum: 1);
        bench.Store.Commit();

        Assert.Equal(["q2 m1 dup a", "PubRel 2"], bench.Written());
        bench.Session.OnPubRec(bench.Connection, 1, ReasonCode.PacketIdentifierInUse);
        bench.Session.OnPubComp(bench.Connection, 2);
        Assert.Equal(["q2 m3 dup c"], bench.Written());
    }

    [Fact]
    public void Pubrel_waits_until_the_release_is_committed()
    {
        using SessionBench bench = new();
        bench.Offer("a", Q2);
        bench.Store.Commit();
        bench.Drain();

        Assert.Equal(AcknowledgeOutcome.Done, bench.Session.OnPubRec(bench.Connection, 1, ReasonCode.Success));

        Assert.Empty(bench.Written());
        bench.Store.Commit();
        Assert.Equal(["PubRel 1"], bench.Written());
    }

    [Fact]
    public void A_second_pubrec_gets_a_second_pubrel_and_changes_nothing_else()
    {
        using SessionBench bench = new();
        bench.Offer("a", Q2);
        bench.Store.Commit();
        bench.Drain();
        bench.Session.OnPubRec(bench.Connection, 1, ReasonCode.Success);
        bench.Session.OnPubRec(bench.Connection, 1, ReasonCode.Success);
        bench.Store.Commit();

        Assert.Equal(["PubRel 1", "PubRel 1"], bench.Written());
        Assert.Single(bench.Store.Changes.OfType<DeliveryReleased>());
        Assert.Equal(AcknowledgeOutcome.Done, bench.Session.OnPubComp(bench.Connection, 1));
        Assert.Equal(AcknowledgeOutcome.Unknown, bench.Session.OnPubComp(bench.Connection, 1));
        Assert.Equal(0, bench.Session.QueuedCount);
    }

    [Fact]
    public void A_pubrec_that_refuses_completes_the_delivery_and_gets_no_pubrel()
    {
        using SessionBench bench = new();
        bench.Offer("a", Q2);
        bench.Store.Commit();
        bench.Drain();

        bench.Session.OnPubRec(bench.Connection, 1, ReasonCode.QuotaExceeded);

        Assert.Empty(bench.Written());
        Assert.Equal(0, bench.Session.QueuedCount);
        Assert.Equal(1, Assert.Single(bench.Store.Changes.OfType<DeliveryRemoved>()).Sequence);
    }

    [Fact]
    public void An_unknown_pubrec_is_answered_with_pubrel_that_says_so()
    {
        using SessionBench bench = new();

        Assert.Equal(AcknowledgeOutcome.Unknown, bench.Session.OnPubRec(bench.Connection, 5, ReasonCode.Success));

        Ack ack = Assert.Single(bench.Drain()).Ack;
        Assert.Equal((PacketType.PubRel, 5, ReasonCode.PacketIdentifierNotFound), (ack.Type, ack.PacketId, ack.ReasonCode));
    }

    [Theory]
    [InlineData(1, PacketType.PubRec)]
    [InlineData(1, PacketType.PubComp)]
    [InlineData(2, PacketType.PubAck)]
    [InlineData(2, PacketType.PubComp)]
    public void The_wrong_acknowledgement_is_a_wrong_flow(int qos, PacketType type)
    {
        using SessionBench bench = new();
        bench.Offer("a", (QualityOfService)qos);
        bench.Store.Commit();
        bench.Drain();

        AcknowledgeOutcome outcome = type switch
        {
            PacketType.PubAck => bench.Session.OnPubAck(bench.Connection, 1),
            PacketType.PubRec => bench.Session.OnPubRec(bench.Connection, 1, ReasonCode.Success),
            _ => bench.Session.OnPubComp(bench.Connection, 1),
        };

        Assert.Equal(AcknowledgeOutcome.WrongFlow, outcome);
        Assert.Equal(1, bench.Session.QueuedCount);
    }

    [Fact]
    public void What_expired_while_it_waited_is_dropped_and_leaves_the_ids_of_the_others_alone()
    {
        using SessionBench bench = new();
        bench.Detach();
        bench.Offer(TestMessages.Of("t", Q1, "first"));
        bench.Offer(TestMessages.Expiring("t", bench.Now + 1000, Q1));
        bench.Offer(TestMessages.Expiring("t", bench.Now + 1000));
        bench.Offer(TestMessages.Of("t", Q1, "third"));
        bench.Clock.Advance(TimeSpan.FromSeconds(1));

        bench.Attach();
        bench.Store.Commit();

        Assert.Equal(["q1 m1 first", "q1 m3 third"], bench.Written());
        Assert.Equal(1, bench.Metrics.Dropped(DropReason.Expired));
        Assert.Equal(2, Assert.Single(bench.Store.Changes.OfType<DeliveryRemoved>()).Sequence);
        Assert.Equal(AcknowledgeOutcome.Done, bench.Session.OnPubAck(bench.Connection, 3));
        Assert.Equal(AcknowledgeOutcome.Unknown, bench.Session.OnPubAck(bench.Connection, 2));
    }

    [Fact]
    public void Packet_ids_wrap_while_one_delivery_stays_open_and_none_is_used_twice()
    {
        using SessionBench bench = new(new LimitOptions { InflightMessagesMax = 0, QueuedMessagesMax = 0 }, isDurable: false);
        bench.Offer("open", Q1);
        bench.Drain();
        for (int i = 0; i < 65_600; i++) bench.Offer("x", Q1);

        int[] ids = [.. bench.Drain().Select(item => (int)PacketIds.Of(item.Entry.Sequence))];
        Assert.Equal(65_533, ids.Length);
        Assert.Equal(Enumerable.Range(2, 65_533), ids);
        foreach (int id in ids) Assert.Equal(AcknowledgeOutcome.Done, bench.Session.OnPubAck(bench.Connection, (ushort)id));
        Assert.Empty(bench.Written());

        Assert.Equal(AcknowledgeOutcome.Done, bench.Session.OnPubAck(bench.Connection, 1));
        ids = [.. bench.Drain().Select(item => (int)PacketIds.Of(item.Entry.Sequence))];
        Assert.Equal([65_535, .. Enumerable.Range(1, 66)], ids);
    }

    [Fact]
    public void A_delivery_that_is_too_large_for_the_client_makes_room_for_the_next()
    {
        using SessionBench bench = new();
        bench.Attach(receiveMaximum: 1);
        bench.Offer("large", Q1);
        bench.Offer("small", Q1);
        bench.Drain();

        bench.Session.Abandon(bench.Connection, 1);

        Assert.Equal(["q1 m2 small"], bench.Written());
    }
}
