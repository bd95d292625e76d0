using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Routing;
using Broker.Sessions;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Routing;

public sealed class MessageRouterTests
{
    [Fact]
    public void A_connection_is_drained_once_however_much_it_got()
    {
        using RoutingBench bench = new();
        FakeConnection connection = new();
        Session session = bench.Connected("c", connection);
        bench.Subscribe(session, "a");
        TouchedConnections touched = new();

        for (int i = 0; i < 5; i++) bench.Router.Route(TestMessages.Of("a"), bench.Tree.Match("a"), touched);
        Assert.Equal(0, connection.Drains);
        touched.Drain();
        touched.Drain();

        Assert.Equal(1, connection.Drains);
    }

    [Fact]
    public void A_drop_is_counted_and_the_others_still_get_theirs()
    {
        using RoutingBench bench = new(new LimitOptions { QueuedMessagesMax = 1 });
        Session full = bench.Connected("full"), free = bench.Connected("free");
        bench.Subscribe(full, "a");
        bench.Subscribe(full, "full");
        bench.Subscribe(free, "a");
        bench.Publish("full");

        RouteResult result = bench.Publish("a");

        Assert.True(result.HasSubscribers);
        Assert.Equal(1, bench.Metrics.Dropped(DropReason.QueueMessages));
        Assert.Equal(1, free.QueuedCount);
    }

    [Fact]
    public void A_retained_message_looks_again_who_subscribed_meanwhile()
    {
        using RoutingBench bench = new();
        MatchResult stale = bench.Tree.Match("a");
        Session late = bench.Connected("late");
        bench.Subscribe(late, "a");

        bench.Router.Route(TestMessages.Retained("a"), stale, new TouchedConnections());

        Assert.Equal(1, late.QueuedCount);
        Assert.Equal(1, bench.Retained.Count);
    }

    [Fact]
    public void No_local_holds_back_only_the_own_messages_of_that_subscription()
    {
        using RoutingBench bench = new();
        Session session = bench.Connected("c");
        bench.Subscribe(session, "a", noLocal: true);

        bench.Publish("a", publisher: "c");
        Assert.Equal(0, session.QueuedCount);
        bench.Publish("a", publisher: "d");
        bench.Publish("a", publisher: null);

        Assert.Equal(2, session.QueuedCount);
    }

    [Fact]
    public void Nobody_there_is_said()
    {
        using RoutingBench bench = new();
        bench.Subscribe(bench.Connected("c"), "b");

        Assert.Equal(new RouteResult(false, 0), bench.Publish("a"));
    }
}
