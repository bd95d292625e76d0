using Broker.Configuration;
using Broker.Diagnostics;
using Broker.TestKit.Processes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Diagnostics;

public sealed class LoggingProviderTests
{
    private static readonly Func<string, Exception?, string> Text = static (text, _) => text;

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));
    private readonly ListSink _sink = new();

    [Fact]
    public void A_line_is_seconds_colon_text()
    {
        Assert.Equal(["1700000000: hello"], LinesOf(new(), log => Say(log, LogLevel.Information, 2000, "hello")));
        Assert.Equal(["hello"], LinesOf(new() { HasTimestamp = false }, log => Say(log, LogLevel.Information, 2000, "hello")));
    }

    [Fact]
    public void A_format_of_strftime_shapes_the_timestamp()
    {
        DateTime local = TimeZoneInfo.ConvertTime(_time.GetUtcNow(), TimeZoneInfo.Local).DateTime;
        LoggingOptions options = new() { TimestampFormat = "%Y-%m-%dT%H:%M:%S%%" };

        Assert.Equal([$"{local:yyyy-MM-ddTHH:mm:ss}%: x"], LinesOf(options, log => Say(log, LogLevel.Error, 0, "x")));
    }

    [Theory]
    [InlineData(LogLevel.Critical, 0, "Error")]
    [InlineData(LogLevel.Error, 1500, "Error")]
    [InlineData(LogLevel.Warning, 0, "Warning")]
    [InlineData(LogLevel.Information, 0, "Notice")]
    [InlineData(LogLevel.Information, 2000, "Notice")]
    [InlineData(LogLevel.Information, 1000, "Information")]
    [InlineData(LogLevel.Information, 1999, "Information")]
    [InlineData(LogLevel.Debug, 1000, "Debug")]
    [InlineData(LogLevel.Debug, 3000, "Subscribe")]
    [InlineData(LogLevel.Debug, 3049, "Subscribe")]
    [InlineData(LogLevel.Debug, 3050, "Unsubscribe")]
    [InlineData(LogLevel.Debug, 3099, "Unsubscribe")]
    [InlineData(LogLevel.Trace, 4000, "Debug")]
    public void Level_and_event_id_make_the_kind_and_only_kinds_asked_for_are_written(LogLevel level, int id, string kindName)
    {
        LogTypes kind = Enum.Parse<LogTypes>(kindName);

        Assert.Equal(["x"], LinesOf(With(kind), log => Say(log, level, id, "x")));
        Assert.Empty(LinesOf(With(LogTypes.All & ~kind), log => Say(log, level, id, "x")));
        LinesOf(With(kind), log => Assert.True(log.IsEnabled(level)));
    }

    [Theory]
    [InlineData("Default", LogLevel.Information, true)]
    [InlineData("Default", LogLevel.Debug, false)]
    [InlineData("Information", LogLevel.Information, true)]
    [InlineData("Subscribe", LogLevel.Debug, true)]
    [InlineData("Subscribe", LogLevel.Information, false)]
    [InlineData("None", LogLevel.Critical, false)]
    [InlineData("All", LogLevel.None, false)]
    public void A_level_is_enabled_when_one_of_its_kinds_is(string types, LogLevel level, bool isEnabled) =>
        LinesOf(With(Enum.Parse<LogTypes>(types)), log => Assert.Equal(isEnabled, log.IsEnabled(level)));

    [Fact]
    public void Without_a_destination_nothing_is_enabled() =>
        LinesOf(new() { Destinations = [] }, log => Assert.False(log.IsEnabled(LogLevel.Critical)));

    [Theory]
    [InlineData("Default", "w,e")]
    [InlineData("All", "d,i,w,e")]
    [InlineData("Notice", "")]
    public void The_frameworks_own_lines_come_from_warning_up_unless_debug_is_on(string types, string expected)
    {
        IReadOnlyList<string> lines = LinesOf(With(Enum.Parse<LogTypes>(types)), SayAll, "Microsoft.AspNetCore.Server.Kestrel");

        Assert.Equal(expected, string.Join(',', lines));

        static void SayAll(ILogger log)
        {
            Say(log, LogLevel.Debug, 3000, "d");
            Say(log, LogLevel.Information, 1000, "i");
            Say(log, LogLevel.Warning, 0, "w");
            Say(log, LogLevel.Error, 0, "e");
        }
    }

    [Fact]
    public void What_peers_choose_cannot_forge_a_line_or_drive_the_terminal()
    {
        const string Evil = "id\n1700000000: forged\r\u001b[2J\u009b\u2028\u202e\u0000 ünïcode 日本";

        Assert.Equal(
            [@"id\n1700000000: forged\r\x1b[2J\x9b\u2028\u202e\x00 ünïcode 日本"],
            LinesOf(With(LogTypes.All), log => Say(log, LogLevel.Information, 0, Evil)));
    }

    [Fact]
    public void A_very_long_line_is_cut()
    {
        string text = new('x', 100_000);

        IReadOnlyList<string> lines = LinesOf(With(LogTypes.All), log => Say(log, LogLevel.Information, 0, text));

        Assert.Equal(LogText.LengthMax + 3, Assert.Single(lines).Length);
    }

    [Fact]
    public void An_exception_is_shown_on_error_lines_alone()
    {
        InvalidOperationException exception = new("broken\nhere");

        Assert.Equal(
            ["first InvalidOperationException: broken\\nhere", "second"],
            LinesOf(With(LogTypes.Default), log =>
            {
                log.Log(LogLevel.Error, 0, "first", exception, Text);
                log.Log(LogLevel.Warning, 0, "second", exception, Text);
            }));
    }

    [Fact]
    public void With_debug_the_whole_exception_follows_indented()
    {
        IReadOnlyList<string> lines = LinesOf(
            With(LogTypes.All), log => log.Log(LogLevel.Error, 0, "first", new InvalidOperationException("broken"), Text));

        Assert.Equal(["first InvalidOperationException: broken", "  System.InvalidOperationException: broken"], lines);
    }

    [Fact]
    public void A_log_file_that_cannot_be_opened_is_an_error_that_names_it()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("no/such/file.log");
        LoggingOptions options = new() { Destinations = [new(LogDestinationKind.File, path)] };

        LoggingProviderResult result = LoggingProvider.Open(options, _time);

        Assert.Null(result.Provider);
        Assert.Equal($"Unable to open log file {path}: its folder does not exist.", result.Error);
    }

    [Fact]
    public void Lines_are_appended_to_the_file_and_are_there_after_the_end()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("broker.log", "before\n");
        LoggingOptions options = With(LogTypes.All) with { Destinations = [new(LogDestinationKind.File, path)] };

        using (LoggingProvider provider = LoggingProvider.Open(options, _time).Provider!)
        {
            for (int i = 0; i < 1000; i++) Say(provider.CreateLogger("Broker"), LogLevel.Information, 0, $"line {i}");
        }

        Assert.Equal(["before", .. Enumerable.Range(0, 1000).Select(i => $"line {i}")], File.ReadAllLines(path));
    }

    private static void Say(ILogger log, LogLevel level, int id, string text) => log.Log(level, id, text, null, Text);

    private static LoggingOptions With(LogTypes types) => new() { Types = types, HasTimestamp = false };

    private IReadOnlyList<string> LinesOf(LoggingOptions options, Action<ILogger> log, string category = "Broker.Connections")
    {
        int before = _sink.Lines.Count;
        LoggingProvider provider = LoggingProvider.To(options, _time, _sink);
        log(provider.CreateLogger(category));
        provider.Flush();
        return [.. _sink.Lines.Skip(before)];
    }
}
