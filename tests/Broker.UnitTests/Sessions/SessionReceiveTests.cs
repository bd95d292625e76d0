using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.Sessions;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Sessions;

/// <summary>Publishes that come from the client.</summary>
public sealed class SessionReceiveTests
{
    private const QualityOfService Q1 = QualityOfService.AtLeastOnce;
    private const QualityOfService Q2 = QualityOfService.ExactlyOnce;

    [Fact]
    public void A_qos_2_id_is_a_duplicate_until_it_is_released()
    {
        using SessionBench bench = new();

        Assert.Equal(ReceiveOutcome.New, Receive(bench, 1, Q2));
        Assert.Equal(ReceiveOutcome.Duplicate, Receive(bench, 1, Q2));
        bench.Release(1);
        Assert.Equal(ReceiveOutcome.New, Receive(bench, 1, Q2));
    }

    [Fact]
    public void A_duplicate_is_known_on_the_next_connection_too()
    {
        using SessionBench bench = new();
        Receive(bench, 1, Q2);
        bench.Detach();
        bench.Attach();

        Assert.Equal(ReceiveOutcome.Duplicate, Receive(bench, 1, Q2));
    }

    [Fact]
    public void Pubcomp_waits_until_the_id_is_forgotten_for_good()
    {
        using SessionBench bench = new();
        Receive(bench, 1, Q2);
        bench.Store.Commit();

        bench.Release(1);

        Assert.Empty(bench.Written());
        Assert.IsType<ReceiptRemoved>(Assert.Single(bench.Store.Pending));
        bench.Store.Commit();
        Assert.Equal(["PubComp 1"], bench.Written());
    }

    [Fact]
    public void An_unknown_pubrel_is_answered_at_once_with_a_reason()
    {
        using SessionBench bench = new();

        bench.Release(9);

        Ack ack = Assert.Single(bench.Drain()).Ack;
        Assert.Equal((PacketType.PubComp, ReasonCode.PacketIdentifierNotFound), (ack.Type, ack.ReasonCode));
    }

    [Fact]
    public void The_receive_maximum_counts_unanswered_qos_1_and_unreleased_qos_2()
    {
        using SessionBench bench = new();
        Assert.Equal(ReceiveOutcome.New, Receive(bench, 1, Q1, max: 2));
        bench.Session.AddAck(bench.Connection, new Ack(PacketType.PubAck, 1, ReasonCode.Success, 0));
        Assert.Equal(ReceiveOutcome.New, Receive(bench, 2, Q2, max: 2));
        Assert.Equal(ReceiveOutcome.ReceiveMaximumExceeded, Receive(bench, 3, Q2, max: 2));
        Assert.Equal(ReceiveOutcome.Duplicate, Receive(bench, 2, Q2, max: 2));

        bench.Drain();

        Assert.Equal(ReceiveOutcome.New, Receive(bench, 3, Q2, max: 2));
    }

    [Fact]
    public void The_receive_maximum_counts_what_the_read_loop_has_not_settled()
    {
        using SessionBench bench = new();
        Receive(bench, 1, Q2, max: 2);

        Assert.Equal(ReceiveOutcome.New, bench.Session.ReceiveQos1(bench.Connection, receiveMaximum: 3, unsettled: 1));
        Assert.Equal(
            ReceiveOutcome.ReceiveMaximumExceeded, bench.Session.ReceiveQos1(bench.Connection, receiveMaximum: 3, unsettled: 2));
        Assert.Equal(
            ReceiveOutcome.ReceiveMaximumExceeded,
            bench.Session.ReceiveQos2(bench.Connection, 2, receiveMaximum: 3, unsettled: 2, out _));
    }

    [Fact]
    public void Receipts_left_by_an_earlier_connection_do_not_use_up_the_receive_maximum()
    {
        using SessionBench bench = new();
        Receive(bench, 1, Q2, max: 2);
        Receive(bench, 2, Q2, max: 2);
        bench.Detach();
        bench.Attach();

        Assert.Equal(ReceiveOutcome.New, Receive(bench, 3, Q2, max: 2));
        Assert.Equal(ReceiveOutcome.New, Receive(bench, 4, Q2, max: 2));
        Assert.Equal(ReceiveOutcome.ReceiveMaximumExceeded, Receive(bench, 5, Q2, max: 2));
    }

    [Fact]
    public void The_refusal_of_a_message_may_leave_only_when_its_id_is_free_for_good()
    {
        using SessionBench bench = new();
        Receive(bench, 1, Q2);

        long ticket = bench.Session.ForgetReceipt(1);

        Assert.IsType<ReceiptRemoved>(bench.Store.Changes[(int)ticket - 1]);
        Assert.Equal(ReceiveOutcome.New, Receive(bench, 1, Q2));
    }

    private static ReceiveOutcome Receive(SessionBench bench, ushort packetId, QualityOfService qos, int max = 10) =>
        qos == Q1
            ? bench.Session.ReceiveQos1(bench.Connection, max, unsettled: 0)
            : bench.Session.ReceiveQos2(bench.Connection, packetId, max, unsettled: 0, out _);
}
