using Broker.Lifecycle;
using Broker.Sessions;
using Broker.TestKit;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Lifecycle;

public sealed class WillTests
{
    private readonly FakeConnection _first = new();
    private readonly FakeConnection _second = new();

    [Theory]
    // delay, clean start, expiry of the first connection -> published at once
    [InlineData(0, false, 100, true)]
    [InlineData(0, false, 0, true)]
    [InlineData(0, true, 100, true)]
    [InlineData(0, true, 0, true)]
    [InlineData(5, false, 100, false)]
    [InlineData(5, false, 0, true)]
    [InlineData(5, true, 100, true)]
    [InlineData(5, true, 0, true)]
    [Spec("MQTT-3.1.3-9", "5.0")]
    public void A_takeover_publishes_the_will_unless_it_is_delayed_and_the_session_goes_on(
        int delay, bool cleanStart, int expiry, bool isPublished)
    {
        using LifecycleBench bench = new();
        bench.Open(_first, expiry: (uint)expiry, will: LifecycleBench.Will((uint)delay));

        OpenResult second = bench.Open(_second, cleanStart, expiry: 100);

        Assert.True(_first.IsTakenOver);
        Assert.Equal(!cleanStart && expiry > 0, second.IsPresent);
        Assert.Equal(isPublished ? 1 : 0, bench.WillsSeen());
        bench.Advance(1000);
        Assert.Equal(0, bench.WillsSeen());
    }

    [Theory]
    // delay, expiry -> at once, after how many seconds else
    [InlineData(0, 0, 0)]
    [InlineData(0, 100, 0)]
    [InlineData(5, 0, 0)]
    [InlineData(5, 100, 5)]
    [InlineData(100, 5, 5)]
    [InlineData(5, 5, 5)]
    public void A_lost_connection_publishes_it_after_the_delay_or_at_the_end_of_the_session(int delay, int expiry, int after)
    {
        using LifecycleBench bench = new();
        Session session = bench.Open(_first, expiry: (uint)expiry, will: LifecycleBench.Will((uint)delay)).Session!;

        bench.Close(_first, session);

        if (after > 0)
        {
            bench.Advance(after - 0.001);
            Assert.Equal(0, bench.WillsSeen());
            bench.Advance(0.001);
        }
        Assert.Equal(1, bench.WillsSeen());
        bench.Advance(1000);
        Assert.Equal(0, bench.WillsSeen());
    }

    [Fact]
    public void Who_comes_back_in_time_takes_the_delayed_will_back()
    {
        using LifecycleBench bench = new();
        Session session = bench.Open(_first, expiry: 100, will: LifecycleBench.Will(5)).Session!;
        bench.Close(_first, session);
        bench.Advance(4);

        bench.Open(_second, expiry: 100);
        bench.Advance(50);

        Assert.Equal(0, bench.WillsSeen());
    }

    [Fact]
    public void Who_comes_back_with_a_clean_start_ends_the_session_and_so_publishes_it()
    {
        using LifecycleBench bench = new();
        Session session = bench.Open(_first, expiry: 100, will: LifecycleBench.Will(5)).Session!;
        bench.Close(_first, session);

        Assert.False(bench.Open(_second, cleanStart: true, expiry: 100).IsPresent);

        Assert.Equal(1, bench.WillsSeen());
    }

    [Fact]
    [Spec("MQTT-3.14.4-3", "5.0")]
    public void A_goodbye_takes_it_back()
    {
        using LifecycleBench bench = new();
        Session session = bench.Open(_first, expiry: 100, will: LifecycleBench.Will(5)).Session!;

        bench.Close(_first, session, isWillWanted: false);
        bench.Advance(1000);

        Assert.Equal(0, bench.WillsSeen());
    }

    [Fact]
    public void The_old_connection_that_closes_after_a_takeover_publishes_nothing_of_the_new_one()
    {
        using LifecycleBench bench = new();
        Session session = bench.Open(_first, expiry: 100).Session!;
        bench.Open(_second, expiry: 100, will: LifecycleBench.Will());

        bench.Close(_first, session);

        Assert.Equal(0, bench.WillsSeen());
        Assert.True(session.IsConnected);
    }

    [Fact]
    public void A_stopping_broker_publishes_the_delayed_ones()
    {
        using LifecycleBench bench = new();
        Session session = bench.Open(_first, expiry: 100, will: LifecycleBench.Will(50)).Session!;
        bench.Close(_first, session);

        bench.Lifecycle.PublishDelayedWills();

        Assert.Equal(1, bench.WillsSeen());
    }

    [Fact]
    public void Its_own_expiry_counts_from_its_publication()
    {
        using LifecycleBench bench = new();
        Session session = bench.Open(_first, expiry: 100, will: LifecycleBench.Will(10, expirySeconds: 3)).Session!;
        bench.Close(_first, session);

        bench.Advance(10);
        Assert.Equal(1, bench.WillsSeen());
    }
}
