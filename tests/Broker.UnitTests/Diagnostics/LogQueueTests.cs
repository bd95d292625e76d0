using Broker.Configuration;
using Broker.Diagnostics;
using Broker.TestKit;

namespace Broker.UnitTests.Diagnostics;

public sealed class LogQueueTests
{
    private static readonly LoggingOptions NoTimestamp = new() { HasTimestamp = false };

    private readonly ListSink _sink = new();

    [Fact]
    public void A_destination_that_stands_still_holds_up_nobody_and_the_oldest_lines_go()
    {
        using LogQueue queue = new(NoTimestamp, TimeProvider.System, [_sink]);
        _sink.Gate.Reset();
        Say(queue, "first");
        Assert.True(_sink.Entered.Wait(TestTime.Patience));

        for (int i = 0; i < LogQueue.Capacity + 100; i++) Say(queue, $"line {i}");
        _sink.Gate.Set();
        queue.Flush();

        // The mark of Flush pushes one more line out, unless the destination went on before it came.
        int lost = _sink.Lines[1].StartsWith("101 ", StringComparison.Ordinal) ? 101 : 100;
        Assert.Equal(
            ["first", $"{lost} log lines were lost: they could not be written, or not fast enough.", $"line {lost}"],
            _sink.Lines.Take(3));
        Assert.Equal($"line {LogQueue.Capacity + 99}", _sink.Lines[^1]);
        Assert.Equal(LogTypes.Warning, _sink.Kinds[1]);
    }

    [Fact]
    public void A_destination_that_fails_does_not_rob_the_others_and_the_loss_is_told_later()
    {
        ListSink broken = new() { Failure = new IOException("No space left on device") };
        using LogQueue queue = new(NoTimestamp, TimeProvider.System, [broken, _sink]);

        Say(queue, "one");
        Say(queue, "two");
        queue.Flush();
        broken.Failure = null;
        Say(queue, "three");
        queue.Flush();

        Assert.Equal(["one", "two", "three"], _sink.Lines);
        Assert.Equal(["2 log lines were lost: they could not be written, or not fast enough.", "three"], broken.Lines);
    }

    [Fact]
    public void Destinations_are_opened_anew_before_the_next_line()
    {
        using LogQueue queue = new(NoTimestamp, TimeProvider.System, [_sink]);

        queue.Reopen();
        Say(queue, "after");
        queue.Flush();

        Assert.Equal(1, _sink.Reopened);
        Assert.Equal(["after"], _sink.Lines);
    }

    [Fact]
    public void A_file_that_cannot_be_opened_anew_is_told_on_the_others()
    {
        ListSink broken = new() { Failure = new UnauthorizedAccessException("denied") };
        using LogQueue queue = new(NoTimestamp, TimeProvider.System, [broken, _sink]);

        queue.Reopen();
        queue.Flush();
        queue.Flush();

        Assert.Contains("A log file could not be opened anew and the old one is still written: denied", _sink.Lines);
    }

    [Fact]
    public void The_end_writes_what_waits_and_later_lines_are_nobodys()
    {
        LogQueue queue = new(NoTimestamp, TimeProvider.System, [_sink]);
        for (int i = 0; i < 500; i++) Say(queue, $"line {i}");

        queue.Dispose();
        Say(queue, "late");
        queue.Dispose();

        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"line {i}"), _sink.Lines);
    }

    [Fact]
    public async Task Many_threads_lose_no_line()
    {
        using LogQueue queue = new(NoTimestamp, TimeProvider.System, [_sink]);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 500; i++) Say(queue, $"{thread}:{i}");
        })));
        queue.Flush();

        Assert.Equal(4000, _sink.Lines.Distinct().Count());
        Assert.Equal(
            Enumerable.Range(0, 500).Select(i => $"3:{i}"),
            _sink.Lines.Where(line => line.StartsWith("3:", StringComparison.Ordinal)));
    }

    private static void Say(LogQueue queue, string text) => queue.Add(LogTypes.Notice, DateTimeOffset.UnixEpoch, text);
}
