using Load.Checking;

namespace Broker.UnitTests.Load;

public sealed class TopicRangeTests
{
    [Theory]
    [InlineData(10, 10)]
    [InlineData(3, 7)]
    [InlineData(1000, 1000)]
    [InlineData(1, 5)]
    public void Enough_topics_are_divided_without_gap_or_overlap(int subscribers, int topics)
    {
        int next = 0;
        for (int i = 0; i < subscribers; i++)
        {
            TopicRange range = TopicRange.OfSubscriber(i, subscribers, topics);
            Assert.Equal(next, range.First);
            Assert.True(range.Count > 0);
            next = range.End;
        }

        Assert.Equal(topics, next);
    }

    [Fact]
    public void Few_topics_are_shared() =>
        Assert.Equal(
            [0, 1, 2, 0, 1],
            Enumerable.Range(0, 5).Select(i => TopicRange.OfSubscriber(i, 5, 3).First));
}
