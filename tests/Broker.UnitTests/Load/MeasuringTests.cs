using System.Diagnostics;
using Load.Measuring;
using Load.Options;
using Load.Tables;

namespace Broker.UnitTests.Load;

public sealed class MeasuringTests
{
    [Fact]
    public void A_percentile_is_at_most_2_percent_above_the_truth()
    {
        var latency = new LatencyHistogram();
        for (int i = 1; i <= 100_000; i++) latency.Record(i);

        Assert.InRange(Ticks(latency.Microseconds(0.5)), 50_000, 51_000);
        Assert.InRange(Ticks(latency.Microseconds(0.99)), 99_000, 100_000);
        Assert.Equal(100_000, Ticks(latency.MaximumMicroseconds), 3);
    }

    [Fact]
    public void Small_times_are_exact_and_the_largest_fits()
    {
        var latency = new LatencyHistogram();
        latency.Record(7);
        Assert.Equal(7, Ticks(latency.Microseconds(0.5)), 3);
        latency.Record(long.MaxValue);
        Assert.Equal(2, latency.Count);
    }

    [Fact]
    public void A_table_has_medians_a_row_for_each_key_and_dashes_where_nothing_was_measured()
    {
        string file = Path.GetTempFileName();
        File.WriteAllLines(file,
        [
            """{"store":"b","rate":3000,"commits":1}""",
            """{"store":"a","rate":1}""",
            """{"store":"b","rate":1000}""",
            """{"store":"b","rate":2000}""",
        ]);
        var output = new StringWriter { NewLine = "\n" };

        MarkdownTable.Run(["--by", "store", "--columns", "rate:per second:0~,commits:commits:1", file], output);

        File.Delete(file);
        Assert.Equal(
            "| store | per second | commits |\n| --- | ---: | ---: |\n| b | 2,000 (1,000-3,000) | 1.0 |\n| a | 1 | - |\n",
            output.ToString());
    }

    [Theory]
    [InlineData("--port", "70000")]
    [InlineData("--window", "0")]
    [InlineData("--messages")]
    [InlineData("--frobnicate", "1")]
    [InlineData("--label", "x")]
    public void An_option_that_makes_no_sense_is_refused(params string[] arguments) =>
        Assert.Throws<UsageException>(() => OptionReader.Read(arguments, []));

    [Fact]
    public void Away_is_persistent()
    {
        LoadOptions options = OptionReader.Read(["--away", "--label", "a=b=c", "--seconds", "0.5"], []);

        Assert.True(options.Persistent);
        Assert.Equal(("a", "b=c"), Assert.Single(options.Labels));
        Assert.Equal(0.5, options.Seconds);
    }

    private static double Ticks(double microseconds) => microseconds * Stopwatch.Frequency / 1e6;
}
