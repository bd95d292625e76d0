using System.Text.RegularExpressions;

namespace Broker.UnitTests.Repository;

/// <summary>What documents point at is there.</summary>
internal static partial class DocumentRules
{
    public static IReadOnlyList<Rule> All { get; } =
    [
        new("A relative link in a document leads to a file", Links,
            Bad: [new("docs/a.md", "[x](no-such-file.md)"), new("docs/a.md", "[x](../no/such#part)"),
                new("README.md", "![x](docs/no.png)"), new("README.md", "[x](#no-such-heading)")],
            Good: [new("docs/a.md", "[x](../README.md) [y](https://example.org/a)"), new("README.md", "# A b\n[x](#a-b)"),
                new("docs/a.md", "`[x](no-such-file.md)`\n```\n[x](no-such-file.md)\n```\n")]),
        new("A path named in a document is there", NamedPaths,
            Bad: [new("docs/a.md", "see `src/Broker/NoSuchFolder/`"), new("README.md", "`tests/none.cs`")],
            Good: [new("docs/a.md", "see `src/Broker/Program.cs`"), new("docs/a.md", "`src/Broker/Name*.cs` `src/<name>`")]),
    ];

    private static IEnumerable<Finding> Links(SourceFile file)
    {
        if (!file.IsMarkdown) yield break;
        string text = WithoutCode(file.Text);
        foreach (Match match in Link().Matches(text))
        {
            string target = Uri.UnescapeDataString(match.Groups[1].Value);
            if (target.Contains(':', StringComparison.Ordinal)) continue;
            string[] parts = target.Split('#', 2);
            if (parts[0].Length > 0 && !RepositoryTree.Exists(Relative(file.Path, parts[0])))
                yield return file.Finding(match.Index, $"{target} is not there");
            else if (parts.Length == 2 && parts[0].Length == 0 && !Headings(text).Contains(parts[1]))
                yield return file.Finding(match.Index, $"no heading is called #{parts[1]}");
        }
    }

    private static IEnumerable<Finding> NamedPaths(SourceFile file) =>
        !file.IsMarkdown
            ? []
            : from Match match in NamedPath().Matches(file.Text)
              where !RepositoryTree.Exists(match.Groups[1].Value)
              select file.Finding(match.Index, $"{match.Groups[1]} is not there");

    private static string Relative(string document, string target) =>
        Path.Combine(Path.GetDirectoryName(document) ?? "", target);

    private static IEnumerable<string> Headings(string text) =>
        from Match match in Heading().Matches(text)
        select NotInAnchor().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    /// <summary>Blanks out fenced blocks and code spans.</summary>
    private static string WithoutCode(string text) =>
        CodeOfMarkdown().Replace(text, match => NotLineEnd().Replace(match.Value, " "));

    [GeneratedRegex(@"\]\(\s*<?([^)\s>]+)>?[^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`((?:src|tests|docs)/[\w./-]+)`")]
    private static partial Regex NamedPath();

    [GeneratedRegex(@"^#+\s+(.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex(@"^(```|~~~)[\s\S]*?^\1|`[^`\n]*`", RegexOptions.Multiline)]
    private static partial Regex CodeOfMarkdown();

    [GeneratedRegex(@"[^\n]")]
    private static partial Regex NotLineEnd();
}
