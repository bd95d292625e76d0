using Broker.Configuration;
using Broker.Messages;
using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Retained;
using Broker.Sessions;
using Broker.TestKit;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Retained;

public sealed class RetainedTreeTests
{
    [Fact]
    public void A_message_replaces_the_one_before_and_an_empty_one_clears()
    {
        RetainedTree tree = new(new MemoryStateStore());
        tree.Set(TestMessages.Retained("a/b", "1"));
        tree.Set(TestMessages.Retained("a/b", "2"));
        Assert.Equal(1, tree.Count);
        Assert.Equal(["2"], All(tree).Select(message => message.Text()));

        tree.Set(TestMessages.Retained("a/b", ""));

        Assert.Empty(All(tree));
        Assert.True(tree.IsEmpty);
    }

    [Fact]
    public void A_message_that_is_not_kept_writes_nothing_but_the_end_of_one_that_was()
    {
        ManualStateStore store = new();
        KeptState kept = new() { Kinds = KeptKinds.All, Users = [new KeptUser("gauge", KeptKinds.Sessions)] };
        RetainedTree tree = new(store, kept);
        Assert.Equal(0, tree.Set(Of("gauge", "1")));
        Assert.Equal(0, tree.Set(Of("gauge", "")));
        Assert.Equal(1, tree.Set(Of("boss", "2")));
        Assert.Equal(2, tree.Set(Of("gauge", "3")));
        Assert.Equal(0, tree.Set(Of("gauge", "4")));

        Assert.Equal(["4"], All(tree).Select(message => message.Text()));
        Assert.Equal([typeof(RetainedPut), typeof(RetainedRemoved)], store.Changes.Select(change => change.GetType()));

        static Message Of(string user, string text) => TestMessages.Retained("a", text, user: user);
    }

    // Until then a crash would bring back what was stored.
    [Fact]
    public void Who_clears_what_is_not_kept_waits_for_the_end_of_what_was()
    {
        KeptState kept = new() { Kinds = KeptKinds.All, Users = [new KeptUser("gauge", KeptKinds.Sessions)] };
        RetainedTree tree = new(new ManualStateStore(), kept);
        tree.Set(TestMessages.Retained("a", "stored"));
        Assert.Equal(2, tree.Set(TestMessages.Retained("a", "not kept", user: "gauge")));

        Assert.Equal(2, tree.Set(TestMessages.Retained("a", "")));
    }

    [Fact]
    public void Clearing_a_level_leaves_those_below_and_above()
    {
        RetainedTree tree = new(new MemoryStateStore());
        foreach (string topic in new[] { "a", "a/b", "a/b/c" }) tree.Set(TestMessages.Retained(topic));

        tree.Set(TestMessages.Retained("a/b", ""));
        tree.Set(TestMessages.Retained("a/x/y", ""));

        Assert.Equal(["a", "a/b/c"], All(tree).Select(message => message.Topic.Name).Order());
        Assert.Equal(2, tree.Count);
    }

    [Fact]
    public void The_sweep_removes_what_expired_and_nothing_else()
    {
        ManualStateStore store = new();
        RetainedTree tree = new(store);
        tree.Set(TestMessages.Retained("a", expiresAt: 1000));
        tree.Set(TestMessages.Retained("a/b", expiresAt: 1001));
        tree.Set(TestMessages.Retained("c"));

        Assert.Equal(1, tree.Sweep(1000));

        Assert.Equal(["a/b", "c"], All(tree).Select(message => message.Topic.Name).Order());
        Assert.Equal("a", Assert.IsType<RetainedRemoved>(store.Changes[^1]).Topic);
    }

    [Fact]
    public void The_sweep_of_a_large_tree_misses_nothing()
    {
        RetainedTree tree = new(new ManualStateStore());
        for (int i = 0; i < 5 * RetainedReplay.StepsMax; i++)
        {
            tree.Set(TestMessages.Retained($"{i / 7}/a/{i}", expiresAt: i % 3 == 0 ? 2000 : 1000));
            tree.Set(TestMessages.Retained($"{i / 7}/a", expiresAt: 1000));
        }
        int stay = (5 * RetainedReplay.StepsMax + 2) / 3;
        int count = tree.Count;

        Assert.Equal(count - stay, tree.Sweep(1000));
        Assert.Equal(stay, tree.Count);
        Assert.Equal(stay, tree.Sweep(2000));
        Assert.True(tree.IsEmpty);
    }

    [Fact]
    public void Who_clears_what_another_is_about_to_clear_waits_for_that_commit()
    {
        ManualStateStore store = new();
        RetainedTree tree = new(store);
        tree.Set(TestMessages.Retained("a"));

        long first = tree.Set(TestMessages.Retained("a", ""));
        long second = tree.Set(TestMessages.Retained("a", ""));
        long deeper = tree.Set(TestMessages.Retained("a/b/c", ""));

        Assert.IsType<RetainedRemoved>(store.Changes[(int)first - 1]);
        Assert.Equal((first, first), (second, deeper));
    }

    [Fact]
    public void Random_changes_leave_what_a_dictionary_holds_and_no_node_too_many()
    {
        int seed = Random.Shared.Next();
        RandomTopics random = new(seed);
        RetainedTree tree = new(new MemoryStateStore());
        Dictionary<string, string> model = [];
        for (int step = 0; step < 5000; step++)
        {
            string topic = random.Topic();
            string payload = random.Random.Next(2) == 0 ? "" : $"{step}";
            tree.Set(TestMessages.Retained(topic, payload));
            if (payload.Length == 0) model.Remove(topic);
            else model[topic] = payload;
            Assert.True(model.Count == tree.Count, $"seed {seed}, step {step}");
        }

        Dictionary<string, string> ordinary = model.Where(pair => pair.Key[0] != '$').ToDictionary();
        Assert.Equal(ordinary, All(tree).ToDictionary(message => message.Topic.Name, message => message.Text()));
        foreach (string topic in model.Keys) tree.Set(TestMessages.Retained(topic, ""));
        Assert.True(tree.IsEmpty, $"seed {seed}");
    }

    private static List<Message> All(RetainedTree tree)
    {
        RetainedReplay replay = tree.Replay(new Subscription { Session = null!, Key = "#", Filter = "#" });
        List<Message> all = [];
        while (replay.TryNext(0, out Message? message)) all.Add(message!);
        return all;
    }
}
