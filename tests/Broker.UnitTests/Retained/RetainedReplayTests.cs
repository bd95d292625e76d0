using Broker.Messages;
using Broker.Persistence;
using Broker.Protocol.Topics;
using Broker.Retained;
using Broker.Sessions;
using Broker.TestKit;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Retained;

public sealed class RetainedReplayTests
{
    [Fact]
    [Spec("MQTT-3.3.1-9", "5.0")]
    public void It_gives_what_the_filter_matches_each_once()
    {
        int seed = Random.Shared.Next();
        for (int run = 0; run < 40; run++)
        {
            RandomTopics random = new(seed + run);
            RetainedTree tree = new(new MemoryStateStore());
            HashSet<string> topics = [.. Enumerable.Range(0, 80).Select(_ => random.Topic())];
            foreach (string topic in topics) tree.Set(TestMessages.Retained(topic));
            for (int i = 0; i < 50; i++)
            {
                string filter = random.Filter();
                string[] found = [.. Rest(tree.Replay(To(filter))).Select(message => message.Topic.Name)];
                Assert.True(found.Length == found.Distinct().Count(), $"seed {seed + run}: {filter}");
                Assert.True(topics.Where(topic => TopicFilter.Matches(filter, topic)).ToHashSet().SetEquals(found),
                    $"seed {seed + run}: {filter}");
            }
        }
    }

    [Fact]
    public void Changes_on_the_way_take_nothing_from_what_was_there_and_add_nothing_to_it()
    {
        int seed = Random.Shared.Next();
        for (int run = 0; run < 200; run++) ReplayAmongChanges(seed + run);
    }

    [Fact]
    public void A_hole_that_is_filled_again_is_not_owed()
    {
        RetainedTree tree = new(new MemoryStateStore());
        foreach (string topic in new[] { "a", "b", "c" }) tree.Set(TestMessages.Retained(topic));
        RetainedReplay replay = tree.Replay(To("+"));
        Assert.True(replay.TryNext(0, out _));

        tree.Set(TestMessages.Retained("b", ""));
        tree.Set(TestMessages.Retained("new"));

        Assert.Equal(["c"], Rest(replay).Select(message => message.Topic.Name));
    }

    [Fact]
    public void What_has_expired_meanwhile_is_passed_over()
    {
        RetainedTree tree = new(new MemoryStateStore());
        tree.Set(TestMessages.Retained("a", expiresAt: 1000));
        tree.Set(TestMessages.Retained("b"));

        Assert.Equal(["b"], Rest(tree.Replay(To("#")), now: 1000).Select(message => message.Topic.Name));
        Assert.Equal(2, Rest(tree.Replay(To("#")), now: 999).Count);
    }

    [Fact]
    public void No_local_passes_over_the_own_ones()
    {
        RetainedTree tree = new(new MemoryStateStore());
        tree.Set(TestMessages.Retained("own", publisher: "c"));
        tree.Set(TestMessages.Retained("other", publisher: "d"));
        using SessionBench bench = new();

        Assert.Equal(["other"], Rest(tree.Replay(To("#", bench.Session, noLocal: true))).Select(message => message.Topic.Name));
        Assert.Equal(2, Rest(tree.Replay(To("#", bench.Session))).Count);
    }

    [Fact]
    public void What_matches_nothing_is_walked_through_a_step_at_a_time()
    {
        RetainedTree tree = new(new MemoryStateStore());
        for (int i = 0; i < 10 * RetainedReplay.StepsMax; i++) tree.Set(TestMessages.Retained($"devices/{i}/state"));
        tree.Set(TestMessages.Retained("devices/last/wanted"));
        RetainedReplay replay = tree.Replay(To("devices/+/wanted"));

        int turns = 0;
        Message? message;
        while (replay.TryNext(0, out message) && message is null) turns++;

        Assert.Equal("devices/last/wanted", message?.Topic.Name);
        Assert.InRange(turns, 10, 100);
        Assert.False(replay.TryNext(0, out _));
    }

    private static void ReplayAmongChanges(int seed)
    {
        RandomTopics random = new(seed);
        RetainedTree tree = new(new MemoryStateStore());
        string filter = random.Filter();
        Dictionary<string, string> owed = [];
        for (int i = 0; i < 60; i++)
        {
            string topic = random.Topic();
            tree.Set(TestMessages.Retained(topic, $"old {topic}"));
            if (TopicFilter.Matches(filter, topic)) owed[topic] = $"old {topic}";
        }

        RetainedReplay replay = tree.Replay(To(filter));
        HashSet<string> got = [];
        while (true)
        {
            for (int changes = random.Random.Next(4); changes > 0; changes--)
            {
                string topic = random.Topic();
                tree.Set(TestMessages.Retained(topic, random.Random.Next(2) == 0 ? "" : "new"));
                if (!got.Contains(topic)) owed.Remove(topic);
            }
            if (!replay.TryNext(0, out Message? message)) break;
            Assert.NotNull(message);
            Assert.True(got.Add(message.Topic.Name), $"seed {seed}: {message.Topic.Name} twice");
            Assert.True(message.Text() == $"old {message.Topic.Name}", $"seed {seed}: {message.Topic.Name} is newer");
        }
        Assert.True(owed.Keys.ToHashSet().SetEquals(got), $"seed {seed}: {filter}");
    }

    private static Subscription To(string filter, Session? session = null, bool noLocal = false) =>
        new() { Session = session!, Key = filter, Filter = filter, NoLocal = noLocal };

    private static List<Message> Rest(RetainedReplay replay, long now = 0)
    {
        List<Message> rest = [];
        while (replay.TryNext(now, out Message? message))
        {
            if (message is not null) rest.Add(message);
        }
        return rest;
    }
}
