using Load.Checking;

namespace Broker.UnitTests.Load;

/// <summary>A generator that finds nothing wrong is worth something only if it would.</summary>
public sealed class StreamCheckTests
{
    private readonly DeliveryTotals _totals = new();
    private readonly StreamCheck _check;

    public StreamCheckTests() => _check = new StreamCheck(new TopicRange(5, 2), publishers: 3, _totals);

    [Fact]
    public void Streams_have_orders_of_their_own()
    {
        Receive(publisher: 0, topic: 5, 0, 1);
        Receive(publisher: 2, topic: 6, 0);
        Receive(publisher: 0, topic: 6, 0, 1);
        Receive(publisher: 0, topic: 5, 2);

        Assert.Equal((6, 0, 0, 0, 0), Findings);
    }

    [Fact]
    public void A_message_that_is_missing_is_not_received()
    {
        Receive(publisher: 0, topic: 5, 0, 2, 3);

        Assert.Equal((3, 0, 0, 0, 0), Findings);
    }

    [Fact]
    public void A_message_that_comes_twice_is_a_duplicate_and_received_once()
    {
        Receive(publisher: 1, topic: 5, 0, 1, 1, 0);

        Assert.Equal((2, 2, 0, 0, 0), Findings);
    }

    [Fact]
    public void A_repetition_that_says_so_is_counted_apart()
    {
        Receive(publisher: 1, topic: 5, 0);
        _check.Record(new MessageStamp(1, 5, 0, 0), isDup: true);

        Assert.Equal((1, 0, 1, 0, 0), Findings);
    }

    [Fact]
    public void A_message_that_was_overtaken_is_received_out_of_order_and_then_a_duplicate()
    {
        Receive(publisher: 0, topic: 5, 0, 2, 1, 3, 1);

        Assert.Equal((4, 1, 0, 1, 0), Findings);
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(0, 7)]
    [InlineData(3, 5)]
    [InlineData(-1, 5)]
    public void A_message_that_nobody_sent_here_is_a_stray(int publisher, int topic)
    {
        Receive(publisher, topic, 0);

        Assert.Equal((0, 0, 0, 0, 1), Findings);
    }

    private (long Received, long Duplicates, long Redelivered, long OutOfOrder, long Strays) Findings =>
        (_totals.Received, _totals.Duplicates, _totals.Redelivered, _totals.OutOfOrder, _totals.Strays);

    private void Receive(int publisher, int topic, params int[] sequences)
    {
        foreach (int sequence in sequences) _check.Record(new MessageStamp(publisher, topic, sequence, 0), isDup: false);
    }
}
