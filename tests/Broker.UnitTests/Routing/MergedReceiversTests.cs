using Broker.Configuration;
using Broker.Protocol;
using Broker.Routing;
using Broker.Sessions;
using Broker.TestKit;

namespace Broker.UnitTests.Routing;

/// <summary><c>allow_duplicate_messages false</c>.</summary>
public sealed class MergedReceiversTests
{
    private static readonly LimitOptions Merged = new() { AllowDuplicateMessages = false };

    [Fact]
    [Spec("MQTT-3.3.4-2")]
    [Spec("MQTT-3.3.4-4")]
    public void A_session_gets_one_copy_with_the_highest_qos_and_all_identifiers()
    {
        using RoutingBench bench = new(Merged);
        Session session = bench.Connected("c");
        bench.Subscribe(session, "a/+", qos: QualityOfService.AtMostOnce, id: 1);
        bench.Subscribe(session, "a/b", qos: QualityOfService.AtLeastOnce, id: 2);
        bench.Subscribe(session, "#", qos: QualityOfService.AtMostOnce, retainAsPublished: true);

        Subscription merged = Assert.Single(bench.Tree.Match("a/b").Receivers).ForOthers;

        Assert.Equal(QualityOfService.AtLeastOnce, merged.Qos);
        Assert.Equal([1u, 2u], merged.Ids.Order());
        Assert.True(merged.RetainAsPublished);
    }

    [Fact]
    public void Sessions_are_not_merged_with_each_other()
    {
        using RoutingBench bench = new(Merged);
        Session first = bench.Connected("c"), second = bench.Connected("d");
        bench.Subscribe(first, "a");
        bench.Subscribe(first, "#");
        bench.Subscribe(second, "a");

        bench.Publish("a");

        Assert.Equal((1, 1), (first.QueuedCount, second.QueuedCount));
    }

    [Fact]
    public void Own_messages_come_by_the_subscriptions_that_want_them()
    {
        using RoutingBench bench = new(Merged);
        Session session = bench.Connected("c");
        bench.Subscribe(session, "a", noLocal: true, qos: QualityOfService.ExactlyOnce, id: 1);
        bench.Subscribe(session, "#", qos: QualityOfService.AtLeastOnce, id: 2);

        Receiver receiver = Assert.Single(bench.Tree.Match("a").Receivers);

        Assert.Equal((QualityOfService.ExactlyOnce, 2), (receiver.ForOthers.Qos, receiver.ForOthers.Ids.Length));
        Assert.Equal([2u], receiver.ForSelf!.Ids);
        Assert.Equal(QualityOfService.AtLeastOnce, receiver.ForSelf.Qos);
    }

    [Fact]
    public void Own_messages_do_not_come_when_no_subscription_wants_them()
    {
        using RoutingBench bench = new(Merged);
        Session session = bench.Connected("c");
        bench.Subscribe(session, "a", noLocal: true);
        bench.Subscribe(session, "#", noLocal: true);

        RouteResult own = bench.Publish("a", publisher: "c");
        Assert.Equal(0, session.QueuedCount);
        bench.Publish("a", publisher: "d");

        Assert.True(own.HasSubscribers);
        Assert.Equal(1, session.QueuedCount);
    }

    [Fact]
    public void Unmerged_a_copy_comes_for_each_subscription()
    {
        using RoutingBench bench = new();
        Session session = bench.Connected("c");
        bench.Subscribe(session, "a", noLocal: true);
        bench.Subscribe(session, "#");

        bench.Publish("a", publisher: "d");
        bench.Publish("a", publisher: "c");

        Assert.Equal(3, session.QueuedCount);
    }
}
