using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Compatibility;

/// <summary>The same bytes to Debian's mosquitto and to the broker: each difference is known, and has a reason.</summary>
public sealed class CompatibilityTests(Comparison comparison) : IClassFixture<Comparison>
{
    [Fact]
    public void Each_difference_has_a_kind_and_a_reason_and_each_line_its_difference()
    {
        string[] contradictions = [.. Difference.Contradictions(comparison.Played, comparison.Differences)];

        Assert.True(contradictions.Length == 0, string.Join('\n', contradictions));
    }

    [Fact]
    public async Task The_page_names_the_mosquitto_that_is_installed()
    {
        ProcessRun help = await ProcessRun.OfAsync("/usr/sbin/mosquitto", ["-h"]);

        string version = help.Output[0].Replace("mosquitto version", "mosquitto", StringComparison.Ordinal);
        Assert.Contains($"{version}, which", comparison.Page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_says_what_was_played()
    {
        string page = comparison.Page;
        int begin = page.IndexOf(ReportPage.Begin, StringComparison.Ordinal);
        int end = page.IndexOf(ReportPage.End, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, "the marks around the report are gone");
        string expected = ReportPage.Expected(comparison.Areas, comparison.Played, comparison.Differences);
        if (page[begin..(end + ReportPage.End.Length)] == expected) return;

        string fresh = Path.Combine(Path.GetTempPath(), "compat-report.md");
        File.WriteAllText(fresh, page[..begin] + expected + page[(end + ReportPage.End.Length)..]);
        Assert.Fail($"{CompatibilityFiles.Page} is not what was played. What it should be: cp {fresh} {CompatibilityFiles.Page}");
    }
}
