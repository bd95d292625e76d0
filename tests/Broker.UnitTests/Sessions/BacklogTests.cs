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
}
