using System.Text.RegularExpressions;

namespace Broker.TestKit.Stores;

/// <summary>What docs/sql.md says.</summary>
public static partial class SqlDocument
{
    /// <summary>Its queries.</summary>
    public static IReadOnlyList<string> Queries { get; } =
        [.. from Match block in SqlBlock().Matches(Text()) select block.Groups["sql"].Value];

    /// <summary>Its views, each with its columns and their types as they are written there.</summary>
    public static IReadOnlyDictionary<string, (string Name, string Type)[]> Views { get; } = ReadViews();

    private static Dictionary<string, (string Name, string Type)[]> ReadViews()
    {
        Dictionary<string, (string, string)[]> views = [];
        foreach (Match section in ViewSection().Matches(Text()))
        {
            foreach (Match view in ViewName().Matches(section.Groups["names"].Value))
            {
                views.Add(view.Value, [
                    .. from Match row in ColumnRow().Matches(section.Groups["rows"].Value)
                       where !row.Groups["only"].Success || row.Groups["only"].Value == view.Value
                       select (row.Groups["name"].Value, row.Groups["type"].Value)]);
            }
        }
        return views;
    }

    private static string Text()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string file = Path.Combine(folder.FullName, "docs", "sql.md");
            if (File.Exists(file)) return File.ReadAllText(file);
        }
        throw new InvalidOperationException("docs/sql.md is in no folder above the tests.");
    }

    [GeneratedRegex(@"^```sql\n(?<sql>[\s\S]*?)^```", RegexOptions.Multiline)]
    private static partial Regex SqlBlock();

    [GeneratedRegex(@"^### (?<names>mqtt_.*)\n(?<rows>(?:(?!^#)[\s\S])*)", RegexOptions.Multiline)]
    private static partial Regex ViewSection();

    [GeneratedRegex(@"mqtt_\w+")]
    private static partial Regex ViewName();

    [GeneratedRegex(@"^\| `(?<name>\w+)` \| (?<type>[\w/]+) \| (`(?<only>mqtt_\w+)` only)?", RegexOptions.Multiline)]
    private static partial Regex ColumnRow();
}
