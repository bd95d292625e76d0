using Load.Options;
using Load.Tables;

namespace Broker.UnitTests.Load;

public sealed class ComparisonTableTests
{
    [Theory]
    [InlineData("cpu<=1/20", 10.0, 0.5, true)]
    [InlineData("cpu<=1/20", 10.0, 0.51, false)]
    [InlineData("cpu<=1/20", null, 0.5, null)]
    [InlineData("cpu<=1/20", 10.0, null, null)]
    [InlineData("rate>=12000", null, 12000.0, true)]
    [InlineData("rate>=12000", 1.0, 11999.0, false)]
    [InlineData("bytes<=6000", 700.0, 6001.0, false)]
    [InlineData("cpu", 1.0, 2.0, null)]
    public void A_target_is_a_part_of_the_other_or_a_number(string text, double? theirs, double? ours, bool? isMet) =>
        Assert.Equal(isMet, Target.Parse(text).IsMet(theirs, ours));

    [Theory]
    [InlineData("cpu<=fast")]
    [InlineData("cpu<=1/")]
    public void A_target_that_makes_no_sense_is_refused(string text) =>
        Assert.Throws<UsageException>(() => Target.Parse(text));

    [Fact]
    public void A_row_has_medians_their_ratio_the_verdict_and_the_spread()
    {
        string table = Table(
            """{"case":"a","server":"mosquitto","targets":"cpu<=1/4 rate>=9","verdict":"ok","cpu":8,"rate":5}""",
            """{"case":"a","server":"broker","targets":"cpu<=1/4 rate>=9","verdict":"ok","cpu":2,"rate":10}""",
            """{"case":"a","server":"broker","targets":"cpu<=1/4 rate>=9","verdict":"ok","cpu":3,"rate":10}""");

        Assert.Contains("| a | cpu | 8.00 | 2.50 | 1/3.2 | 1/4 | NOT MET | - | 1.50 |\n", table, StringComparison.Ordinal);
        Assert.Contains("| a | rate | 5.00 | 10.0 | 2.00 | 9 | met | - | 1.00 |\n", table, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_failed_does_not_count()
    {
        string table = Table(
            """{"case":"a","server":"mosquitto","targets":"cpu<=1/1","verdict":"ok","cpu":8}""",
            """{"case":"a","server":"broker","targets":"cpu<=1/1","verdict":"FAILED","cpu":2}""");

        Assert.Contains("| a | cpu | 8.00 | - | - | 1/1 | - | - | - |\n", table, StringComparison.Ordinal);
    }

    private static string Table(params string[] lines)
    {
        string file = Path.GetTempFileName();
        File.WriteAllLines(file, lines);
        var output = new StringWriter { NewLine = "\n" };
        ComparisonTable.Run([file], output);
        File.Delete(file);
        return output.ToString();
    }
}
