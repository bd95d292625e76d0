using Broker.TestKit.Processes;

namespace Broker.UnitTests.TestKit;

public sealed class LogLinesTests
{
    [Fact]
    public async Task A_line_that_was_written_before_is_found()
    {
        LogLines lines = new();
        lines.Add("one");
        lines.Add("two");

        Assert.Equal("two", await lines.WaitForAsync("tw"));
    }

    [Fact]
    public async Task A_line_that_comes_later_is_waited_for()
    {
        LogLines lines = new();
        Task<string> waiting = lines.WaitForAsync("late");
        lines.Add("early");
        Assert.False(waiting.IsCompleted);

        lines.Add("late");

        Assert.Equal("late", await waiting);
    }

    [Fact]
    public async Task Several_lines_come_in_their_order()
    {
        LogLines lines = new();
        Task<IReadOnlyList<string>> waiting = lines.WaitForAsync(2, line => line.StartsWith('a'), "two of a");
        foreach (string line in new[] { "a1", "b1", "a2", "a3" }) lines.Add(line);

        Assert.Equal(["a1", "a2"], await waiting);
    }

    [Fact]
    public async Task The_end_of_the_process_ends_the_wait_and_shows_what_was_written()
    {
        LogLines lines = new();
        Task<string> waiting = lines.WaitForAsync("never");
        lines.Add("something else");
        lines.Add(null);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => waiting);
        Assert.Contains("something else", failure.Message, StringComparison.Ordinal);
    }
}
