using System.Text.RegularExpressions;
using Load.Checking;
using Load.Scenarios;

namespace Broker.UnitTests.Load;

public sealed class TopicPlanTests
{
    [Fact]
    public void A_pair_has_a_topic_of_its_own()
    {
        TopicPlan plan = Plan(Layout.Pairs, publishers: 3, subscribers: 3, topics: 3);

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(new TopicRange(i, 1), plan.OfPublisher(i));
            Assert.Equal([i], plan.OfSubscriber(i).Numbers);
            Assert.Equal([$"run/t{i}"], plan.FiltersOf(i));
        }
        Assert.Equal([1, 1, 1], plan.Receivers);
    }

    [Fact]
    public void Everybody_gets_everything_in_a_fan()
    {
        TopicPlan plan = Plan(Layout.Everything, publishers: 5, subscribers: 7, topics: 2);

        Assert.Equal([7, 7], plan.Receivers);
        Assert.Equal(["run/t0", "run/t1"], plan.FiltersOf(6));
        Assert.Equal(new TopicRange(0, 1), plan.OfPublisher(4));
    }

    [Theory]
    [InlineData(20, 20)]
    [InlineData(100, 28)]
    [InlineData(1, 1)]
    public void Wildcard_filters_match_what_a_subscriber_is_owed_once_each(int filters, int receiversOnAverage)
    {
        TopicPlan plan = Plan(Layout.Wildcards, publishers: 10, subscribers: 100, topics: 1000, filters);

        for (int subscriber = 0; subscriber < 100; subscriber++)
        {
            string[] own = [.. plan.FiltersOf(subscriber)];
            Assert.Equal(filters, own.Distinct().Count());
            Regex[] patterns = [.. own.Select(Pattern)];
            for (int topic = 0; topic < 1000; topic++)
            {
                int matches = patterns.Count(pattern => pattern.IsMatch(plan.Names[topic]));
                Assert.Equal(plan.OfSubscriber(subscriber).SlotOf(topic) < 0 ? 0 : 1, matches);
            }
        }
        Assert.Equal(receiversOnAverage, plan.Receivers.Average());
    }

    [Fact]
    public void Slots_have_no_gaps_and_other_topics_have_none()
    {
        var topics = new TopicSet([3, 5, 9]);

        Assert.Equal([-1, -1, 0, -1, 1, -1, -1, -1, 2, -1], Enumerable.Range(1, 10).Select(topics.SlotOf));
        Assert.Equal(-1, topics.SlotOf(int.MinValue));
    }

    private static TopicPlan Plan(Layout layout, int publishers, int subscribers, int topics, int filters = 1) =>
        new(new FleetShape
        {
            Run = "run",
            Publishers = publishers,
            Subscribers = subscribers,
            Topics = topics,
            Window = 1,
            Layout = layout,
            FiltersEach = filters,
        });

    private static Regex Pattern(string filter)
    {
        string pattern = filter.Replace("/#", "(/.*)?", StringComparison.Ordinal).Replace("+", "[^/]*", StringComparison.Ordinal);
        return new Regex($"^{pattern}$");
    }
}
