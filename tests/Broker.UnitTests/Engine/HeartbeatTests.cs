using Broker.Diagnostics;
using Broker.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Engine;

public sealed class HeartbeatTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Everybody_is_told_once_a_second_and_the_coarse_clock_moves_with_it()
    {
        using Heartbeat heartbeat = new(_clock);
        Listener first = new(), second = new();
        heartbeat.Register(first);
        heartbeat.Register(second);
        long start = heartbeat.CoarseMilliseconds;

        _clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Empty(first.Ticks);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([start + 1000, start + 2000], first.Ticks);
        Assert.Equal(first.Ticks, second.Ticks);
        Assert.Equal(start + 2000, heartbeat.CoarseMilliseconds);
    }

    [Fact]
    public void Who_registers_during_a_tick_is_told_from_the_next_one_on()
    {
        using Heartbeat heartbeat = new(_clock);
        Listener late = new();
        heartbeat.Register(new Listener { Then = () => heartbeat.Register(late) });

        _clock.Advance(Heartbeat.Period);
        Assert.Empty(late.Ticks);
        _clock.Advance(Heartbeat.Period);

        Assert.Single(late.Ticks);
    }

    [Fact]
    public void After_its_end_nobody_is_told()
    {
        Heartbeat heartbeat = new(_clock);
        Listener listener = new();
        heartbeat.Register(listener);

        heartbeat.Dispose();
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Empty(listener.Ticks);
    }

    [Fact]
    public void A_tick_that_comes_late_is_one_and_counts_as_one()
    {
        SteppedTime clock = new(DateTimeOffset.UnixEpoch);
        List<TimeSpan> delays = [];
        using Heartbeat heartbeat = new(clock, delays.Add);
        Listener listener = new();
        heartbeat.Register(listener);
        long start = heartbeat.CoarseMilliseconds;

        clock.StandStill(TimeSpan.FromMinutes(1));
        clock.Advance(Heartbeat.Period);
        clock.Advance(Heartbeat.Period);

        Assert.Equal([start + 1000, start + 2000], listener.Ticks);
        Assert.Equal([TimeSpan.FromMinutes(1), TimeSpan.Zero], delays);
        Assert.True(heartbeat.IsBeating);
    }

    private sealed class Listener : IHeartbeatListener
    {
        public List<long> Ticks { get; } = [];

        public Action? Then { get; init; }

        public void OnTick(long nowMilliseconds)
        {
            Ticks.Add(nowMilliseconds);
            Then?.Invoke();
        }
    }
}
