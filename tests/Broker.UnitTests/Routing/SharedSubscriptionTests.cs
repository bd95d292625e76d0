using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Routing;
using Broker.Sessions;

namespace Broker.UnitTests.Routing;

public sealed class SharedSubscriptionTests
{
    [Fact]
    public void Members_take_turns()
    {
        using RoutingBench bench = new();
        Session[] members = Members(bench, 3);

        for (int i = 0; i < 9; i++) bench.Publish("a");

        Assert.Equal([3, 3, 3], members.Select(member => member.QueuedCount));
    }

    [Fact]
    public void Turns_go_on_past_the_largest_number()
    {
        SharedGroup group = new("s");
        uint before = group.NextTurn();

        Assert.Equal(before + 1, group.NextTurn());
    }

    [Fact]
    public void Every_group_and_every_ordinary_subscription_gets_a_copy()
    {
        using RoutingBench bench = new();
        Session one = bench.Connected("1"), two = bench.Connected("2"), three = bench.Connected("3");
        bench.Subscribe(one, "a", share: "s");
        bench.Subscribe(two, "a", share: "t");
        bench.Subscribe(three, "a");
        bench.Subscribe(three, "+", share: "s");

        bench.Publish("a");

        Assert.Equal([1, 1, 2], new[] { one, two, three }.Select(session => session.QueuedCount));
    }

    [Fact]
    public void Who_is_away_is_passed_over_while_somebody_is_there()
    {
        using RoutingBench bench = new();
        Session away = bench.Away("away"), here = bench.Connected("here");
        bench.Subscribe(away, "a", share: "s");
        bench.Subscribe(here, "a", share: "s");

        for (int i = 0; i < 6; i++) bench.Publish("a");

        Assert.Equal((0, 6), (away.QueuedCount, here.QueuedCount));
    }

    [Fact]
    public void When_all_are_away_one_of_them_keeps_it()
    {
        using RoutingBench bench = new();
        Session one = bench.Away("1"), two = bench.Away("2");
        bench.Subscribe(one, "a", share: "s");
        bench.Subscribe(two, "a", share: "s");

        for (int i = 0; i < 4; i++) bench.Publish("a");
        bench.Publish("a", QualityOfService.AtMostOnce);

        Assert.Equal((2, 2), (one.QueuedCount, two.QueuedCount));
        Assert.Equal(1, bench.Metrics.Dropped(DropReason.NoSharedMember));
        Assert.Equal(0, bench.Metrics.Dropped(DropReason.OfflineQos0));
    }

    [Fact]
    public void Who_has_no_room_by_bytes_leaves_it_to_who_has()
    {
        using RoutingBench bench = new(new LimitOptions { QueuedBytesMax = 1 });
        Session full = bench.Connected("full"), free = bench.Connected("free");
        bench.Subscribe(full, "a", share: "s");
        bench.Subscribe(full, "full");
        bench.Subscribe(free, "a", share: "s");
        bench.Publish("full");

        bench.Publish("a");

        Assert.Equal((1, 1), (full.QueuedCount, free.QueuedCount));
        Assert.Equal(0, bench.Metrics.Dropped(DropReason.QueueBytes));
    }

    [Fact]
    public void Who_unsubscribes_gets_nothing_more()
    {
        using RoutingBench bench = new();
        Session one = bench.Connected("1"), two = bench.Connected("2");
        Subscription left = bench.Subscribe(one, "a", share: "s");
        bench.Subscribe(two, "a", share: "s");

        bench.Tree.Remove(left);
        for (int i = 0; i < 4; i++) bench.Publish("a");

        Assert.Equal((0, 4), (one.QueuedCount, two.QueuedCount));
    }

    [Fact]
    public void A_group_without_members_is_gone()
    {
        using RoutingBench bench = new();
        Subscription only = bench.Subscribe(bench.Connected("1"), "a", share: "s");

        bench.Tree.Remove(only);

        Assert.False(bench.Publish("a").HasSubscribers);
        Assert.True(bench.Tree.IsEmpty);
    }

    private static Session[] Members(RoutingBench bench, int count)
    {
        Session[] members = [.. Enumerable.Range(0, count).Select(i => bench.Connected($"c{i}"))];
        foreach (Session member in members) bench.Subscribe(member, "a", share: "s");
        return members;
    }
}
