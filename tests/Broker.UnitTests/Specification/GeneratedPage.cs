using Broker.UnitTests.Repository;

namespace Broker.UnitTests.Specification;

/// <summary>A document that is in part made from the sources.</summary>
internal static class GeneratedPage
{
    /// <summary>The part between two marks has to be as the sources have it; else the page as it should be is written.</summary>
    /// <param name="path">The document, relative to the root.</param>
    /// <param name="begin">The mark before the part.</param>
    /// <param name="expected">The part with both marks.</param>
    /// <param name="end">The mark behind it.</param>
    public static void Expect(string path, string begin, string expected, string end)
    {
        string page = File.ReadAllText(Path.Combine(RepositoryTree.Root, path));
        int from = page.IndexOf(begin, StringComparison.Ordinal);
        int to = page.IndexOf(end, StringComparison.Ordinal) + end.Length;
        Assert.True(from >= 0 && to > from, "the marks around the tables are gone");
        if (page[from..to] == expected) return;

        string fresh = Path.Combine(Path.GetTempPath(), Path.GetFileName(path));
        File.WriteAllText(fresh, page[..from] + expected + page[to..]);
        Assert.Fail($"{path} is not what lists and tests say. What it should be: cp {fresh} {path}");
    }
}
