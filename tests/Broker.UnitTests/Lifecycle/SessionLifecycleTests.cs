using Broker.Configuration;
using Broker.Lifecycle;
using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.Sessions;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Lifecycle;

public sealed class SessionLifecycleTests
{
    private readonly FakeConnection _first = new();
    private readonly FakeConnection _second = new();

    [Fact]
    public void A_session_is_present_until_it_expires()
    {
        using LifecycleBench bench = new();
        Session session = bench.Open(_first, expiry: 10).Session!;
        bench.Close(_first, session);

        bench.Advance(9.999);
        Assert.Equal(1, bench.Lifecycle.Registry.Count);
        bench.Advance(0.001);

        Assert.Equal(0, bench.Lifecycle.Registry.Count);
        Assert.False(bench.Open(_second).IsPresent);
    }

    [Fact]
    public void Its_time_begins_anew_each_time_the_client_leaves()
    {
        using LifecycleBench bench = new();
        Session session = bench.Open(_first, expiry: 10).Session!;
        bench.Close(_first, session);
        bench.Advance(9);
        Assert.True(bench.Open(_second, expiry: 10).IsPresent);
        bench.Advance(9);
        bench.Close(_second, session);
        bench.Advance(9);

        Assert.True(bench.Open(_first, expiry: 10).IsPresent);
    }

    [Fact]
    public void One_that_never_expires_stays()
    {
        using LifecycleBench bench = new();
        Session session = bench.Open(_first, expiry: Session.NeverExpires).Session!;
        bench.Close(_first, session);

        bench.Advance(1e9);

        Assert.True(bench.Open(_second).IsPresent);
    }

    [Fact]
    public void The_operators_limit_shortens_what_the_client_asked()
    {
        using LifecycleBench bench = new(new LimitOptions { PersistentClientExpiration = TimeSpan.FromMinutes(1) });
        Session session = bench.Open(_first, expiry: Session.NeverExpires).Session!;
        bench.Close(_first, session);

        bench.Advance(59);
        Assert.Equal(1, bench.Lifecycle.Registry.Count);
        bench.Advance(1);

        Assert.Equal(0, bench.Lifecycle.Registry.Count);
    }

    [Fact]
    public void A_goodbye_may_set_another_expiry()
    {
        using LifecycleBench bench = new();
        Session session = bench.Open(_first, expiry: 10).Session!;

        bench.Close(_first, session, expiry: 0);

        Assert.Equal(0, bench.Lifecycle.Registry.Count);
        Assert.IsType<SessionRemoved>(bench.Store.Changes[^1]);
    }

    [Fact]
    public void A_clean_start_waits_until_the_old_session_is_gone_for_good()
    {
        using LifecycleBench bench = new();
        Session session = bench.Open(_first, expiry: 10).Session!;
        bench.Close(_first, session);

        OpenResult result = bench.Open(_second, cleanStart: true, expiry: 0);

        Assert.NotSame(session, result.Session);
        Assert.IsType<SessionRemoved>(bench.Store.Changes[(int)result.Ticket - 1]);
    }

    [Fact]
    public void Sessions_have_a_limit_and_a_client_that_has_one_is_not_counted_twice()
    {
        using LifecycleBench bench = new(new LimitOptions { SessionsMax = 1 });
        Assert.NotNull(bench.Open(_first, expiry: 10).Session);

        Assert.NotNull(bench.Open(_second, cleanStart: true, expiry: 10).Session);
        Assert.Null(bench.Lifecycle.Open(new FakeConnection(), "other", true, new AttachOptions(null, 0, 20, null)).Session);
    }

    [Fact]
    public void The_end_of_a_session_takes_its_subscriptions_out_of_the_tree()
    {
        using LifecycleBench bench = new();
        int before = bench.Router.Subscriptions.Count;
        Session session = bench.Open(_first).Session!;
        bench.Lifecycle.Subscribe(Of(session, "a"), 0, _first, out _);
        bench.Lifecycle.Subscribe(Of(session, "b/#"), 0, _first, out _);
        Assert.Equal(before + 2, bench.Router.Subscriptions.Count);

        bench.Close(_first, session);

        Assert.Equal(before, bench.Router.Subscriptions.Count);
    }

    [Fact]
    public void A_subscription_that_comes_after_the_end_does_not_stay_in_the_tree()
    {
        using LifecycleBench bench = new();
        int before = bench.Router.Subscriptions.Count;
        Session old = bench.Open(_first, expiry: 10).Session!;
        bench.Open(_second, cleanStart: true, expiry: 10);

        bench.Lifecycle.Subscribe(Of(old, "a"), 0, _first, out _);

        Assert.Equal(before, bench.Router.Subscriptions.Count);
    }

    [Fact]
    public void A_connection_that_was_taken_over_subscribes_and_unsubscribes_nothing_any_more()
    {
        using LifecycleBench bench = new();
        Session session = bench.Open(_first, expiry: 10).Session!;
        bench.Open(_second, expiry: 10);
        bench.Lifecycle.Subscribe(Of(session, "a"), 0, _second, out _);

        bench.Lifecycle.Unsubscribe(session, "a", _first, out Subscription? removed);
        bench.Lifecycle.Subscribe(Of(session, "b"), 0, _first, out _);

        Assert.Null(removed);
        Assert.Equal(1, session.SubscriptionCount);
    }

    [Fact]
    public void Nobody_is_drained_while_a_group_of_the_store_is_open()
    {
        using LifecycleBench bench = new();
        Session session = bench.Open(_first, expiry: 10, will: LifecycleBench.Will()).Session!;
        bench.Open(_second, expiry: 10, will: LifecycleBench.Will(delaySeconds: 1));
        bench.Close(_second, session);
        bench.Advance(2);
        bench.Open(_first, expiry: 1, will: LifecycleBench.Will());
        bench.Lifecycle.Open(_second, "c", true, new AttachOptions(null, 0, 20, LifecycleBench.Will()));
        bench.Close(_second, bench.Lifecycle.Registry.Sessions.Single());

        Assert.Equal(4, bench.WitnessDrains);
        Assert.Equal(0, bench.WitnessDrainsWithinAGroup);
    }

    [Fact]
    public void Subscribing_says_what_it_replaced_and_unsubscribing_what_it_removed()
    {
        using LifecycleBench bench = new();
        Session session = bench.Open(_first, expiry: 10).Session!;
        Subscription first = Of(session, "a"), second = Of(session, "a");
        bench.Lifecycle.Subscribe(first, 0, _first, out Subscription? none);
        bench.Lifecycle.Subscribe(second, 0, _first, out Subscription? replaced);
        long ticket = bench.Lifecycle.Unsubscribe(session, "a", _first, out Subscription? removed);
        bench.Lifecycle.Unsubscribe(session, "a", _first, out Subscription? again);

        Assert.Equal([null, first, second, null], new[] { none, replaced, removed, again });
        Assert.IsType<SubscriptionRemoved>(bench.Store.Changes[(int)ticket - 1]);
    }

    [Fact]
    public void Messages_that_arrive_while_sessions_end_are_taken_or_counted_never_lost()
    {
        using LifecycleBench bench = new(new LimitOptions { QueuedMessagesMax = 0 });
        const int Count = 20_000;
        Session session = bench.Open(_first, expiry: 10).Session!;
        bench.Lifecycle.Subscribe(Of(session, "a"), 0, _first, out _);
        var match = bench.Router.Subscriptions.Match("a");
        int dropped = 0;

        Parallel.Invoke(
            () =>
            {
                for (int i = 0; i < Count; i++)
                {
                    if (session.Offer(TestMessages.Of("a", QualityOfService.AtLeastOnce), match.Receivers[0].ForOthers).Drop != 0)
                        dropped++;
                }
            },
            () => bench.Close(_first, session, expiry: 0));

        Assert.Equal(Count, dropped + bench.Context.Metrics.Dropped(Broker.Diagnostics.DropReason.SessionEnded));
    }

    private static Subscription Of(Session session, string filter) =>
        new() { Session = session, Key = filter, Filter = filter, Qos = QualityOfService.AtLeastOnce };
}
