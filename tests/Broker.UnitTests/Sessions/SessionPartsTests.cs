using Broker.Protocol;
using Broker.Sessions;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Sessions;

/// <summary>The small parts of a session: outbox, acknowledgements, receipts.</summary>
public sealed class SessionPartsTests
{
    [Fact]
    public void The_outbox_keeps_an_order_a_lane_and_counts_both_lanes()
    {
        Outbox outbox = new();
        outbox.Enqueue(Entry("aa", QualityOfService.AtMostOnce));
        outbox.Enqueue(Entry("bbb", QualityOfService.AtLeastOnce));
        outbox.Enqueue(Entry("c", QualityOfService.ExactlyOnce));

        Assert.Equal((3, 6), (outbox.Count, outbox.Bytes));
        Assert.Equal("bbb", outbox.Reliable.Message.Text());
        outbox.DequeueReliable();
        Assert.Equal("c", outbox.Reliable.Message.Text());
        Assert.Equal((2, 3), (outbox.Count, outbox.Bytes));
    }

    [Fact]
    public void Clearing_qos_0_leaves_the_reliable_lane()
    {
        Outbox outbox = new();
        outbox.Enqueue(Entry("aa", QualityOfService.AtMostOnce));
        outbox.Enqueue(Entry("aa", QualityOfService.AtMostOnce));
        outbox.Enqueue(Entry("bbb", QualityOfService.AtLeastOnce));

        Assert.Equal(2, outbox.ClearQos0());

        Assert.Equal((1, 3), (outbox.Count, outbox.Bytes));
        Assert.False(outbox.HasQos0);
    }

    [Fact]
    public void Only_pubacks_are_unanswered_publishes_and_they_leave_in_order()
    {
        AckQueue acks = new();
        acks.Add(new Ack(PacketType.PubAck, 1, ReasonCode.Success, 0));
        acks.Add(new Ack(PacketType.PubRel, 2, ReasonCode.Success, 0));
        acks.Add(new Ack(PacketType.PubAck, 3, ReasonCode.Success, 0));

        Assert.Equal(2, acks.UnansweredPublishes);
        List<ushort> order = [];
        while (acks.TryPeek(out Ack ack))
        {
            order.Add(ack.PacketId);
            acks.Dequeue();
        }

        Assert.Equal([1, 2, 3], order);
        Assert.Equal(0, acks.UnansweredPublishes);
    }

    [Fact]
    public void Receipts_of_an_earlier_connection_are_known_but_not_counted_against_this_one()
    {
        InboundReceipts receipts = new();
        receipts.Add(1);
        receipts.Add(2);
        receipts.BeginConnection();
        receipts.Add(3);

        Assert.Equal((3, 1), (receipts.Count, receipts.CountOfConnection));
        Assert.True(receipts.Contains(1));

        Assert.True(receipts.Remove(1));
        Assert.True(receipts.Remove(3));
        Assert.False(receipts.Remove(3));
        Assert.Equal((1, 0), (receipts.Count, receipts.CountOfConnection));
    }

    [Fact]
    public void A_packet_id_that_was_released_and_used_again_counts_for_this_connection()
    {
        InboundReceipts receipts = new();
        receipts.Add(1);
        receipts.BeginConnection();
        receipts.Remove(1);
        receipts.Add(1);

        Assert.Equal(1, receipts.CountOfConnection);
    }

    private static OutboxEntry Entry(string payload, QualityOfService qos) =>
        new(TestMessages.Of("t", qos, payload), [], qos, false);
}
