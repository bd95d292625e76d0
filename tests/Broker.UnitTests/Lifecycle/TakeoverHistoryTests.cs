using Broker.Lifecycle;

namespace Broker.UnitTests.Lifecycle;

public sealed class TakeoverHistoryTests
{
    private const long DelayMax = 30_000;

    private static readonly TakeoverPeer First = new("10.0.0.1:1", "one");
    private static readonly TakeoverPeer Second = new("10.0.0.2:2", null);

    private readonly TakeoverHistory _history = new();

    [Fact]
    public void Five_takeovers_within_a_minute_are_a_loop_and_begin_it_once()
    {
        Assert.Equal([false, false, false, false, true, false, false], Enumerable.Range(0, 7).Select(i => Note(i * 1000)));
        Assert.True(_history.IsLoop);
        Assert.Equal((7, First, Second), (_history.Count, _history.Before, _history.After));
    }

    // A device that changes its network every quarter of a minute.
    [Fact]
    public void Takeovers_that_come_more_slowly_than_that_are_none_however_many()
    {
        for (int i = 0; i < 100; i++) Assert.False(Note(i * 15_001));

        Assert.False(_history.IsLoop);
        Assert.Equal(_history.LastAt, _history.NextAt(DelayMax));
    }

    [Fact]
    public void A_loop_is_slowed_down_twice_as_much_each_time_up_to_the_limit()
    {
        for (int i = 0; i < TakeoverHistory.LoopFrom - 1; i++) Note(0);
        List<long> delays = [];
        long now = 0;
        for (int i = 0; i < 8; i++)
        {
            Note(now);
            delays.Add(_history.NextAt(DelayMax) - now);
            now = _history.NextAt(DelayMax);
        }

        Assert.Equal([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000], delays);
    }

    [Fact]
    public void It_is_not_slowed_down_when_the_limit_is_zero()
    {
        for (int i = 0; i < 50; i++) Note(i);

        Assert.Equal(_history.LastAt, _history.NextAt(0));
    }

    [Fact]
    public void After_a_quiet_time_everything_is_forgotten()
    {
        for (int i = 0; i < 50; i++) Note(0);
        Assert.False(_history.IsForgotten(TakeoverHistory.QuietMilliseconds));

        long later = TakeoverHistory.QuietMilliseconds + 1;
        Assert.True(_history.IsForgotten(later));
        Assert.False(Note(later));

        Assert.False(_history.IsLoop);
        Assert.Equal((1, later), (_history.Count, _history.FirstAt));
    }

    private bool Note(long now) => _history.Note(First, Second, now);
}
