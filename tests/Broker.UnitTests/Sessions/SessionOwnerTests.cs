using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.Sessions;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Sessions;

/// <summary>A connection that was taken over may go on reading for a moment: what it brings changes nothing any more.</summary>
public sealed class SessionOwnerTests
{
    private const QualityOfService Q1 = QualityOfService.AtLeastOnce;
    private const QualityOfService Q2 = QualityOfService.ExactlyOnce;

    [Fact]
    public void Acknowledgements_owed_to_the_old_connection_do_not_go_to_the_new_one()
    {
        using SessionBench bench = new();
        FakeConnection old = bench.Connection;
        bench.Session.AddAck(old, new Ack(PacketType.PubAck, 1, ReasonCode.Success, 0));
        bench.Session.TakeOver(out _);
        bench.Attach();

        bench.Session.AddAck(old, new Ack(PacketType.PubAck, 2, ReasonCode.Success, 0));
        Assert.False(bench.Session.TryRelease(old, 3, out _));
        bench.Session.OnPubRec(old, 4, ReasonCode.Success);

        Assert.Empty(bench.Written());
    }

    [Fact]
    public void A_publish_on_the_old_connection_is_not_taken_and_leaves_no_receipt()
    {
        using SessionBench bench = new();
        FakeConnection old = bench.Connection;
        bench.Session.TakeOver(out _);
        bench.Attach();

        Assert.Equal(ReceiveOutcome.NotServed, bench.Session.ReceiveQos2(old, 1, 10, 0, out long ticket));

        Assert.Equal(0, ticket);
        Assert.Equal(ReceiveOutcome.New, bench.Session.ReceiveQos2(bench.Connection, 1, 10, 0, out _));
    }

    [Fact]
    public void An_acknowledgement_on_the_old_connection_does_not_complete_what_the_new_one_sent()
    {
        using SessionBench bench = new();
        bench.Offer("a", Q1);
        bench.Drain();
        FakeConnection old = bench.Connection;
        bench.Session.TakeOver(out _);
        bench.Attach();
        bench.Store.Commit();
        bench.Drain();

        Assert.Equal(AcknowledgeOutcome.Unknown, bench.Session.OnPubAck(old, 1));

        Assert.Equal(AcknowledgeOutcome.Done, bench.Session.OnPubAck(bench.Connection, 1));
    }

    [Fact]
    public void A_delivery_that_the_old_connection_could_not_send_is_left_to_the_new_one()
    {
        using SessionBench bench = new();
        bench.Offer("a", Q1);
        bench.Drain();
        FakeConnection old = bench.Connection;
        bench.Session.TakeOver(out _);
        bench.Attach();

        bench.Session.Abandon(old, 1);
        bench.Store.Commit();

        Assert.Equal(["q1 m1 dup a"], bench.Written());
    }

    [Fact]
    public void The_old_connection_takes_nothing_and_cannot_detach_the_new_one()
    {
        using SessionBench bench = new();
        FakeConnection old = bench.Connection;
        bench.Session.TakeOver(out _);
        bench.Attach();
        bench.Offer("a", Q1);
        OutgoingBatch batch = new();

        bench.Session.Take(old, batch);

        Assert.Equal(0, batch.Items.Length);
        Assert.False(bench.Session.Detach(old, null));
        Assert.True(bench.Session.IsConnected);
    }

    [Fact]
    public void A_session_that_ended_writes_nothing_under_the_client_id_that_may_have_a_new_one()
    {
        using SessionBench bench = new();
        bench.Subscribe("a");
        bench.Offer("a", Q2);
        bench.Session.ReceiveQos2(bench.Connection, 1, 10, 0, out _);
        bench.Store.Commit();
        bench.Drain();
        bench.Session.End(out long ended);
        int count = bench.Store.Changes.Count;

        bench.Session.OnPubRec(bench.Connection, 1, ReasonCode.Success);
        bench.Release(1);
        bench.Session.ForgetReceipt(1);
        bench.Session.ReceiveQos2(bench.Connection, 2, 10, 0, out _);
        bench.Session.Remove("a", out _);
        bench.Subscribe("b");
        bench.Session.Abandon(bench.Connection, 1);
        bench.Session.TakeWill();

        Assert.Equal(count, bench.Store.Changes.Count);
        Assert.IsType<SessionRemoved>(bench.Store.Changes[(int)ended - 1]);
    }
}
