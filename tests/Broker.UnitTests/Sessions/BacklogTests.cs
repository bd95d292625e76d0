using Broker.Messages;
using Broker.Protocol;
using Broker.Sessions;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Sessions;

/// <summary>What a session has in the store only.</summary>
public sealed class BacklogTests
{
    [Theory]
    [InlineData(10, 1000, 3)]
    [InlineData(2, 1000, 0)]
    [InlineData(10, 5, 0)]
    public void What_comes_while_the_last_page_is_read_is_kept_unless_it_is_too_much(int tailMax, long tailBytesMax, int kept)
    {
        Backlog backlog = new();
        Outbox outbox = new();
        backlog.BeginReading(isLast: true, sentSequence: 0);
        for (int sequence = 1; sequence <= 3; sequence++)
        {
            Message message = TestMessages.Of("t", QualityOfService.AtLeastOnce, "aa");
            OutboxEntry entry = new(message, [], QualityOfService.AtLeastOnce, Retain: false, sequence);
            backlog.Add(in entry, tailMax, tailBytesMax);
        }

        backlog.EndReading(through: 0, asked: 0, sentSequence: 0, outbox);

        // What is not kept is still counted, and is read with the next page.
        Assert.Equal((kept, 3 - kept), (outbox.ReliableCount, backlog.Count));
    }

    [Fact]
    public void What_is_dropped_counts_for_its_own_length_and_not_for_that_of_what_was_sent_before_it()
    {
        Backlog backlog = new();
        backlog.TakeBack(after: 0, count: 2, sentCount: 2, bytes: 2);
        foreach (string text in (string[])["1234", "12345", "123456"])
        {
            OutboxEntry entry = new(TestMessages.Of("t", payload: text), [], QualityOfService.AtLeastOnce, Retain: false, 3);
            backlog.Add(in entry, tailMax: 0, tailBytesMax: 0, keepsLength: true);
        }

        backlog.DropOldest();
        Assert.Equal((4, 13), (backlog.Count, backlog.Bytes));
        backlog.Take(1, wasSent: true);
        backlog.DropOldest();
        Assert.Equal((2, 7), (backlog.Count, backlog.Bytes));
        backlog.Take(1, wasSent: true);
        backlog.Take(6, wasSent: false);
        Assert.Equal((0, 0), (backlog.Count, backlog.Bytes));
    }
}
