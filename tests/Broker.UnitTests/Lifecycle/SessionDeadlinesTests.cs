using Broker.Lifecycle;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Lifecycle;

public sealed class SessionDeadlinesTests
{
    [Fact]
    public void They_are_met_in_the_order_of_their_time_and_not_before_it()
    {
        using SessionBench bench = new();
        SessionDeadlines deadlines = new();
        deadlines.Add(Of(bench, DeadlineKind.Expiry), 20);
        deadlines.Add(Of(bench, DeadlineKind.Will), 10);

        Assert.False(deadlines.TryTake(9, out _));
        Assert.True(deadlines.TryTake(20, out Deadline first));
        Assert.True(deadlines.TryTake(20, out Deadline second));
        Assert.False(deadlines.TryTake(20, out _));

        Assert.Equal((DeadlineKind.Will, DeadlineKind.Expiry), (first.Kind, second.Kind));
    }

    [Fact]
    public void One_that_was_set_before_the_client_came_back_is_void()
    {
        using SessionBench bench = new();
        SessionDeadlines deadlines = new();
        deadlines.Add(Of(bench, DeadlineKind.Expiry), 10);

        bench.Attach();

        Assert.False(deadlines.TryTake(10, out _));
        Assert.Equal(0, deadlines.Count);
    }

    [Fact]
    public void A_client_that_comes_and_goes_does_not_make_them_pile_up()
    {
        using SessionBench bench = new(isDurable: false);
        using SessionBench other = new(isDurable: false);
        SessionDeadlines deadlines = new();
        deadlines.Add(Of(other, DeadlineKind.Expiry), 5);
        for (int i = 0; i < 100_000; i++)
        {
            bench.Attach();
            bench.Detach();
            deadlines.Add(Of(bench, DeadlineKind.Expiry), 1_000_000 + i);
        }

        Assert.InRange(deadlines.Count, 1, 2048);
        Assert.True(deadlines.TryTake(5, out Deadline kept));
        Assert.Same(other.Session, kept.Session);
        Assert.True(deadlines.TryTake(long.MaxValue, out Deadline last));
        Assert.Same(bench.Session, last.Session);
    }

    private static Deadline Of(SessionBench bench, DeadlineKind kind) => new(bench.Session, bench.Session.Epoch, kind);
}
