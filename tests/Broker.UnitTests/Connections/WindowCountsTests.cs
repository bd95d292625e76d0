using Broker.Connections;

namespace Broker.UnitTests.Connections;

/// <summary>How often something has happened to each of many, in bounded memory.</summary>
public sealed class WindowCountsTests
{
    [Fact]
    public void A_window_begins_with_the_first_and_the_next_one_behind_it()
    {
        WindowCounts<string> counts = new(10);
        Assert.Equal([1, 2, 3], new[] { 0L, 500, 999 }.Select(now => counts.Note("a", now, 1000)));
        Assert.Equal(1, counts.Note("b", 999, 1000));
        Assert.Equal([1, 2], new[] { 1000L, 1999 }.Select(now => counts.Note("a", now, 1000)));
        counts.Forget("a");
        Assert.Equal(1, counts.Note("a", 1999, 1000));
    }

    // Whoever has many names makes it no larger.
    [Fact]
    public void Beyond_its_size_it_counts_those_it_knows_until_others_are_forgotten()
    {
        WindowCounts<int> counts = new(100);
        for (int i = 0; i < 1000; i++) Assert.Equal(i < 100 ? 1 : 0, counts.Note(i, i, 1000));
        Assert.Equal(100, counts.Count);
        Assert.Equal(2, counts.Note(99, 1000, 1000));
        counts.ForgetEnded(1049, 1000);
        Assert.Equal(50, counts.Count);
        Assert.Equal(1, counts.Note(1000, 1049, 1000));
        counts.ForgetEnded(5000, 1000);
        Assert.Equal(0, counts.Count);
    }
}
