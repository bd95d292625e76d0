using Broker.Messages;
using Broker.Protocol.Topics;
using Broker.Routing;
using Broker.Sessions;
using Broker.TestKit;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Routing;

public sealed class SubscriptionTreeTests
{
    [Fact]
    [Spec("MQTT-3.3.2-3")]
    [Spec("MQTT-4.7.2-1")]
    public void It_matches_what_the_filter_alone_matches()
    {
        int seed = Random.Shared.Next();
        for (int run = 0; run < 60; run++)
        {
            using RoutingBench bench = new();
            RandomTopics random = new(seed + run);
            List<Subscription> all = [];
            for (int i = 0; i < 40; i++)
            {
                string filter = random.Filter();
                Session session = bench.Connected($"c{i}");
                all.Add(bench.Subscribe(session, filter, share: random.Random.Next(5) == 0 ? $"s{i}" : null));
            }
            for (int i = 0; i < 100; i++) Compare(bench.Tree, all, random.Topic(), seed + run);
        }
    }

    [Fact]
    public void What_is_removed_matches_no_more_and_leaves_no_node_behind()
    {
        int seed = Random.Shared.Next();
        using RoutingBench bench = new();
        RandomTopics random = new(seed);
        Session[] sessions = [.. Enumerable.Range(0, 5).Select(i => bench.Connected($"c{i}"))];
        Dictionary<(Session, string), Subscription> model = [];
        for (int step = 0; step < 3000; step++)
        {
            Session session = sessions[random.Random.Next(sessions.Length)];
            if (random.Random.Next(2) == 0)
            {
                Subscription added = bench.Subscribe(session, random.Filter(), random.Random.Next(3) == 0 ? "s" : null);
                model[(session, added.Key)] = added;
            }
            else if (model.Count > 0)
            {
                KeyValuePair<(Session, string), Subscription> one = model.ElementAt(random.Random.Next(model.Count));
                bench.Tree.Remove(one.Value);
                model.Remove(one.Key);
            }
            Assert.True(model.Count == bench.Tree.Count, $"seed {seed}, step {step}");
            if (step % 50 == 0) Compare(bench.Tree, model.Values, random.Topic(), seed);
        }
        foreach (Subscription subscription in model.Values) bench.Tree.Remove(subscription);

        Assert.True(bench.Tree.IsEmpty, $"seed {seed}");
        Assert.Equal(0, bench.Tree.Count);
    }

    [Fact]
    public void Subscribing_again_replaces()
    {
        using RoutingBench bench = new();
        Session session = bench.Connected("c");
        bench.Subscribe(session, "a", id: 1);
        Subscription second = bench.Subscribe(session, "a", id: 2);

        Receiver receiver = Assert.Single(bench.Tree.Match("a").Receivers);

        Assert.Same(second, receiver.ForOthers);
        Assert.Equal(1, bench.Tree.Count);
    }

    [Fact]
    public void Every_change_moves_the_generation_on_and_the_result_carries_it()
    {
        using RoutingBench bench = new();
        MatchResult before = bench.Tree.Match("a");
        Subscription subscription = bench.Subscribe(bench.Connected("c"), "a");
        MatchResult between = bench.Tree.Match("a");
        bench.Tree.Remove(subscription);

        Assert.NotEqual(before.Generation, between.Generation);
        Assert.NotEqual(between.Generation, bench.Tree.Generation);
    }

    [Fact]
    public void The_deepest_topic_that_is_allowed_is_matched()
    {
        using RoutingBench bench = new();
        const int LevelsMax = 1000; // The most that the configuration takes.
        string deepest = new('/', LevelsMax);
        string wildcards = string.Join('/', Enumerable.Repeat("+", LevelsMax + 1));
        bench.Subscribe(bench.Connected("c"), deepest);
        bench.Subscribe(bench.Connected("d"), wildcards);

        Assert.Equal(2, bench.Tree.Match(deepest).Receivers.Length);
        Assert.False(TopicDepth.IsTooDeep(deepest, LevelsMax));
        Assert.True(TopicDepth.IsTooDeep(deepest + "/", LevelsMax));
        Assert.True(TopicDepth.IsTooDeep(System.Text.Encoding.UTF8.GetBytes(deepest + "/"), LevelsMax));
    }

    private static void Compare(SubscriptionTree tree, IEnumerable<Subscription> all, string topic, int seed)
    {
        Subscription[] expected = [.. all.Where(one => TopicFilter.Matches(one.Filter, topic))];
        MatchResult match = tree.Match(topic);
        IEnumerable<Subscription> found =
            match.Receivers.Concat(match.Groups.SelectMany(static group => group.Members))
                .Select(static receiver => receiver.ForOthers);

        Assert.True(expected.ToHashSet().SetEquals(found), $"seed {seed}: '{topic}'");
        Assert.Equal(expected.Count(static one => one.ShareName is null), match.Receivers.Length);
    }
}
