using System.Globalization;
using System.Text;
using Broker.UnitTests.Repository;

namespace Broker.UnitTests.Specification;

/// <summary>The tables of docs/spec-coverage.md as the lists of statements and the tests have them.</summary>
internal static class CoveragePage
{
    public const string Path = "docs/spec-coverage.md";
    public const string Begin = "<!-- From here on made from the lists of statements and from [Spec]; a test compares. -->";
    public const string End = "<!-- Up to here made from the lists and from [Spec]. -->";

    private const string Conformance = "tests/Broker.ConformanceTests/";

    /// <summary>Everything between <see cref="Begin"/> and <see cref="End"/>, both included.</summary>
    public static string Expected
    {
        get
        {
            StringBuilder page = new StringBuilder().Append(Begin).Append('\n');
            foreach (Standard standard in Standard.All) Append(page, standard);
            return page.Append('\n').Append(End).ToString();
        }
    }

    private static void Append(StringBuilder page, Standard standard)
    {
        ILookup<string, SpecifiedTest> tests =
            SpecifiedTest.All.Where(test => test.Standards.Contains(standard)).ToLookup(test => test.Statement);
        Statement[] forServers = [.. standard.Statements.Where(statement => statement.Binding != Binding.Client)];
        string[] forClients = [.. standard.Statements.Where(each => each.Binding == Binding.Client).Select(each => each.Id)];
        int tested = forServers.Count(statement => tests.Contains(statement.Id));
        page.Append(CultureInfo.InvariantCulture, $"\n## MQTT {standard.Version}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"{standard.Statements.Count} statements; {forServers.Length} bind a server: ");
        page.Append(CultureInfo.InvariantCulture, $"{tested} with tests, {forServers.Length - tested} with a word.\n\n");
        page.Append("| statement | what it demands | tests, or why there is none |\n| --- | --- | --- |\n");
        foreach (Statement statement in forServers)
        {
            string shown = tests.Contains(statement.Id) ? Names(standard, tests[statement.Id]) : $"*{statement.Reason}*";
            page.Append(CultureInfo.InvariantCulture, $"| {statement.Id} | {statement.Demand} | {shown} |\n");
        }
        page.Append(CultureInfo.InvariantCulture, $"\nOnly clients are bound by {string.Join(", ", forClients)}.\n");
    }

    /// <summary>The test of a file that has one, or the file with the number of its tests.</summary>
    private static string Names(Standard standard, IEnumerable<SpecifiedTest> tests) =>
        string.Join(", ",
            from test in tests
            group test.Method by Class(standard, test.File) into methods
            orderby methods.Key.Count(c => c == '/'), methods.Key
            select methods.Count() == 1 ? $"`{methods.Key}.{methods.First()}`" : $"`{methods.Key}` ({methods.Count()})");

    private static string Class(Standard standard, SourceFile file)
    {
        string path = file.Path[..^".cs".Length];
        foreach (string folder in (string[])[standard.Folder, Conformance, "tests/Broker."])
            if (path.StartsWith(folder, StringComparison.Ordinal))
                return path[folder.Length..];
        return path;
    }
}
