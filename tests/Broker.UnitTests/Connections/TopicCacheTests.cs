using System.Text;
using Broker.Connections;
using Broker.Routing;
using Broker.Sessions;
using Broker.UnitTests.Routing;

namespace Broker.UnitTests.Connections;

public sealed class TopicCacheTests
{
    [Fact]
    public void The_same_bytes_give_the_same_route()
    {
        TopicCache cache = new(new SubscriptionTree(true), null);

        TopicRoute first = cache.Get("a/b"u8);
        cache.Get("c"u8);

        Assert.Same(first, cache.Get("a/b"u8));
        Assert.Equal("a/b", first.Topic.Name);
        Assert.Equal("a/b"u8, first.NameOnWire);
    }

    [Fact]
    public void A_mount_point_stands_before_the_topic_and_not_before_what_the_client_sends()
    {
        TopicRoute route = new TopicCache(new SubscriptionTree(true), "home/").Get("ä"u8);

        Assert.Equal("home/ä", route.Topic.Name);
        Assert.Equal("home/ä"u8, route.Topic.Utf8);
        Assert.Equal("ä"u8, route.NameOnWire);
    }

    [Fact]
    public void A_change_of_the_subscriptions_is_seen_at_the_next_look()
    {
        using RoutingBench bench = new();
        TopicCache cache = new(bench.Tree, null);
        Assert.True(cache.Get("a"u8).Match.IsEmpty);

        Subscription subscription = bench.Subscribe(bench.Connected("c"), "a");
        Assert.Equal(1, cache.Get("a"u8).Match.FanOut);

        bench.Tree.Remove(subscription);
        Assert.True(cache.Get("a"u8).Match.IsEmpty);
    }

    [Fact]
    public void It_starts_over_after_1024_topics()
    {
        TopicCache cache = new(new SubscriptionTree(true), null);
        TopicRoute first = cache.Get("0"u8);
        for (int i = 1; i < 1024; i++) cache.Get(Encoding.UTF8.GetBytes($"{i}"));
        Assert.Same(first, cache.Get("0"u8));

        cache.Get("one more"u8);

        Assert.NotSame(first, cache.Get("0"u8));
    }

    [Fact]
    public void Long_names_do_not_pile_up()
    {
        TopicCache cache = new(new SubscriptionTree(true), null);
        TopicRoute first = cache.Get(Long(0));
        cache.Get(Long(1));
        Assert.Same(first, cache.Get(Long(0)));

        cache.Get(Long(2));

        Assert.NotSame(first, cache.Get(Long(0)));
    }

    private static byte[] Long(int number) => Encoding.UTF8.GetBytes($"{number}{new string('x', 30_000)}");
}
