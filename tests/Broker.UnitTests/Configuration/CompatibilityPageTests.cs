using Broker.UnitTests.Repository;

namespace Broker.UnitTests.Configuration;

public class CompatibilityPageTests
{
    [Fact]
    public void The_page_says_what_the_table_says()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryTree.Root, "mosquitto-compat.md"));
        int begin = page.IndexOf(CompatibilityPage.Begin, StringComparison.Ordinal);
        int end = page.IndexOf(CompatibilityPage.End, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, "the marks around the tables are gone");
        if (page[begin..(end + CompatibilityPage.End.Length)] == CompatibilityPage.Expected) return;

        string fresh = Path.Combine(Path.GetTempPath(), "mosquitto-compat.md");
        File.WriteAllText(fresh, page[..begin] + CompatibilityPage.Expected + page[(end + CompatibilityPage.End.Length)..]);
        Assert.Fail($"mosquitto-compat.md is not what the table of directives says. How it should be is in {fresh}; the tables:\n"
            + CompatibilityPage.Expected);
    }
}
