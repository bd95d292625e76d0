using System.Net;
using Broker.Connections;
using Broker.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Connections;

public sealed class PlacesTests : IDisposable
{
    private static readonly IPAddress Here = IPAddress.Loopback;

    private readonly FakeTimeProvider _time = new();
    private readonly Places _places;

    public PlacesTests() => _places = new Places(_time);

    public void Dispose() => _places.Dispose();

    [Fact]
    public void Without_limits_everybody_has_one()
    {
        for (int i = 0; i < 1000; i++) Assert.Null(_places.Enter(Here));
        Assert.Equal(0, _places.WaitingCount);
    }

    [Fact]
    public async Task Who_waits_goes_first_come_first_served_and_who_has_begun_before_all()
    {
        _places.SetLimits(countMax: 1);
        Assert.Null(_places.Enter(Here));
        PlaceWaiter[] waiters = [_places.Enter(Here)!, _places.Enter(Here)!, _places.Enter(Here, hasBegun: true)!];

        foreach (PlaceWaiter next in new[] { waiters[2], waiters[0], waiters[1] })
        {
            Assert.False(next.Task.IsCompleted);
            _places.Leave();
            await next.Task.WaitAsync(TestTime.Patience);
            Assert.True(_places.StopWaiting(next));
        }

        _places.Leave();
        Assert.Null(_places.Enter(Here));
    }

    [Fact]
    public async Task Who_does_not_wait_any_more_takes_nothing()
    {
        _places.SetLimits(countMax: 1);
        Assert.Null(_places.Enter(Here));
        PlaceWaiter gone = _places.Enter(Here)!;
        PlaceWaiter next = _places.Enter(Here)!;
        Assert.True(gone.TrySetResult());

        _places.Leave();

        await next.Task.WaitAsync(TestTime.Patience);
        Assert.False(_places.StopWaiting(gone));
        Assert.True(_places.StopWaiting(next));
        _places.Leave();
        Assert.Null(_places.Enter(Here));
    }

    // Or one address could keep out all others for as long as it likes.
    [Fact]
    public async Task Addresses_are_served_in_turn()
    {
        _places.SetLimits(countMax: 1);
        Assert.Null(_places.Enter(Here));
        PlaceWaiter[] crowd = [.. Enumerable.Range(0, 100).Select(_ => _places.Enter(Here)!)];
        PlaceWaiter other = _places.Enter(IPAddress.Parse("192.0.2.1"))!;
        PlaceWaiter[] neighbours =
            [.. Enumerable.Range(1, 2).Select(host => _places.Enter(IPAddress.Parse($"2001:db8::{host}"))!)];
        PlaceWaiter nameless = _places.Enter(address: null)!;

        PlaceWaiter[] expected =
            [crowd[0], other, neighbours[0], nameless, crowd[1], neighbours[1], crowd[2], crowd[3]];
        foreach (PlaceWaiter next in expected)
        {
            Assert.False(next.Task.IsCompleted);
            _places.Leave();
            await next.Task.WaitAsync(TestTime.Patience);
            Assert.True(_places.StopWaiting(next));
        }
        Assert.Equal(96, _places.WaitingCount);
    }

    [Fact]
    public async Task Who_has_gone_is_not_counted_and_takes_nothing_of_a_rate()
    {
        _places.SetLimits(countMax: 0, perSecond: 1);
        Assert.Null(_places.Enter(Here));
        PlaceWaiter[] crowd = [.. Enumerable.Range(0, 100).Select(_ => _places.Enter(Here)!)];
        foreach (PlaceWaiter waiter in crowd[..99])
        {
            Assert.True(waiter.TrySetResult());
            Assert.False(_places.StopWaiting(waiter));
        }
        Assert.Equal(1, _places.WaitingCount);
        // Nor who is told so and has not said it yet.
        PlaceWaiter last = _places.Enter(Here)!;
        Assert.True(crowd[99].TrySetResult());

        _time.Advance(TimeSpan.FromSeconds(1));

        await last.Task.WaitAsync(TestTime.Patience);
        Assert.True(_places.StopWaiting(last));
        Assert.False(_places.StopWaiting(crowd[99]));
        Assert.Equal(0, _places.WaitingCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_comes_when_those_before_have_given_up_does_not_wait(bool hasBegun)
    {
        _places.SetLimits(countMax: 1);
        Assert.Null(_places.Enter(Here));
        PlaceWaiter gone = _places.Enter(Here, hasBegun)!;
        Assert.True(gone.TrySetResult());
        Assert.False(_places.StopWaiting(gone));

        _places.Leave();

        Assert.Null(_places.Enter(Here));
        Assert.NotNull(_places.Enter(Here, hasBegun: true));
    }

    [Fact]
    public async Task A_rate_lets_through_what_is_due()
    {
        _places.SetLimits(countMax: 0, perSecond: 10);
        for (int i = 0; i < 10; i++) Assert.Null(_places.Enter(Here));
        PlaceWaiter[] waiters = [.. Enumerable.Range(0, 5).Select(_ => _places.Enter(Here)!)];

        _time.Advance(TimeSpan.FromMilliseconds(300));

        await Task.WhenAll(waiters[..3].Select(waiter => waiter.Task)).WaitAsync(TestTime.Patience);
        Assert.Equal(2, _places.WaitingCount);
        Assert.False(waiters[3].Task.IsCompleted);
        // Nobody overtakes them.
        Assert.NotNull(_places.Enter(Here));
    }

    [Fact]
    public async Task Other_limits_hold_for_who_waits()
    {
        _places.SetLimits(countMax: 1);
        Assert.Null(_places.Enter(Here));
        PlaceWaiter first = _places.Enter(Here)!;
        PlaceWaiter second = _places.Enter(Here)!;

        _places.SetLimits(countMax: 2);
        await first.Task.WaitAsync(TestTime.Patience);
        Assert.False(second.Task.IsCompleted);
        _places.SetLimits(countMax: 0);
        await second.Task.WaitAsync(TestTime.Patience);
    }

    // However they come and go, a place is never lost nor given twice.
    [Fact]
    public async Task Many_who_give_up_at_any_time_leave_every_place_free()
    {
        _places.SetLimits(countMax: 3);
        int inside = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Factory.StartNew(
            () =>
            {
                var random = new Random(worker);
                for (int i = 0; i < 5000; i++)
                {
                    PlaceWaiter? waiter = _places.Enter(Here, hasBegun: random.Next(2) == 0);
                    if (waiter is not null && random.Next(3) == 0) waiter.TrySetResult();
                    waiter?.Task.GetAwaiter().GetResult();
                    if (waiter is not null && !_places.StopWaiting(waiter)) continue;
                    Assert.InRange(Interlocked.Increment(ref inside), 1, 3);
                    // Or hardly anybody would have to wait.
                    Thread.Yield();
                    Interlocked.Decrement(ref inside);
                    _places.Leave();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))).WaitAsync(TestTime.ProcessPatience);
        for (int i = 0; i < 3; i++) Assert.Null(_places.Enter(Here));
        Assert.NotNull(_places.Enter(Here));
    }
}
