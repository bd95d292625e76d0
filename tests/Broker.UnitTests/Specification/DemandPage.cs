using System.Globalization;
using System.Text;

namespace Broker.UnitTests.Specification;

/// <summary>The tables of docs/demands.md as the list of rows and the tests have them.</summary>
internal static class DemandPage
{
    public const string Path = "docs/demands.md";
    public const string Begin = "<!-- From here on made from the list of rows and from [Demand]; a test compares. -->";
    public const string End = "<!-- Up to here made from the list and from [Demand]. -->";

    private static readonly (char Section, string Title)[] Sections =
    [
        ('A', "Stores and crashes"), ('B', "QoS, order and resuming"), ('C', "Wills and takeovers"),
        ('G', "Configuration, reload and TLS"), ('H', "Containers"),
    ];

    /// <summary>Everything between <see cref="Begin"/> and <see cref="End"/>, both included.</summary>
    public static string Expected
    {
        get
        {
            StringBuilder page = new StringBuilder().Append(Begin).Append('\n');
            foreach ((char section, string title) in Sections) Append(page, section, title);
            return page.Append('\n').Append(End).ToString();
        }
    }

    private static void Append(StringBuilder page, char section, string title)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n");
        page.Append("| row | reported of | here | tests, or why there is none |\n| --- | --- | --- | --- |\n");
        foreach (Demand demand in Demand.All.Where(demand => demand.Row[0] == section))
        {
            string shown = demand.Reason is { } reason ? $"*{reason}*" : string.Join(", ", demand.Tests.Select(Name));
            page.Append(CultureInfo.InvariantCulture, $"| {demand.Row} | {demand.Threads} | {demand.Words} | {shown} |\n");
        }
    }

    /// <summary>Folder, class and method, without what all test projects have in common.</summary>
    private static string Name(TestAttribute test)
    {
        string path = test.File.Path["tests/Broker.".Length..^".cs".Length];
        if (path.StartsWith("ConformanceTests/", StringComparison.Ordinal)) path = path["ConformanceTests/".Length..];
        return $"`{path}.{test.Method}`";
    }
}
