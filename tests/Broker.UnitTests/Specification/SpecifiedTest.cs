using System.Text.RegularExpressions;
using Broker.UnitTests.Repository;

namespace Broker.UnitTests.Specification;

/// <summary>A test and one statement that it names in a <c>[Spec]</c>, as the sources have it.</summary>
/// <param name="Statement">The statement's label.</param>
/// <param name="Version">The standard as the attribute names it; null where it does not.</param>
/// <param name="Method">The name of the test.</param>
/// <param name="File">The file it is in.</param>
/// <param name="Line">The line of the attribute.</param>
internal sealed partial record SpecifiedTest(string Statement, string? Version, string Method, SourceFile File, int Line)
{
    private static readonly Lazy<IReadOnlyList<SpecifiedTest>> AllTests =
        new(() => [.. RepositoryTree.Files.SelectMany(Scan)]);

    /// <summary>Those of every test project.</summary>
    public static IReadOnlyList<SpecifiedTest> All => AllTests.Value;

    /// <summary>Those of one file, in its order.</summary>
    public static IEnumerable<SpecifiedTest> Scan(SourceFile file)
    {
        if (!file.IsCSharp || !file.Text.Contains("Spec(\"", StringComparison.Ordinal)) yield break;
        List<Match> named = [];
        foreach (Match match in SpecOrTest().Matches(file.Text))
        {
            if (file.Code[match.Index] != file.Text[match.Index]) continue; // within a comment or a literal
            if (match.Groups["statement"].Success)
            {
                named.Add(match);
                continue;
            }
            foreach (Match spec in named)
            {
                Group version = spec.Groups["version"];
                yield return new SpecifiedTest(spec.Groups["statement"].Value, version.Success ? version.Value : null,
                    match.Groups["method"].Value, file, file.LineOf(spec.Index));
            }
            named.Clear();
        }
    }

    /// <summary>
    /// The standards it is about: that of its folder, else the one that it names, else each that has the statement.
    /// </summary>
    public IEnumerable<Standard> Standards
    {
        get
        {
            Standard? folder = Standard.All.FirstOrDefault(each => File.Path.StartsWith(each.Folder, StringComparison.Ordinal));
            if (folder is not null) return [folder];
            return Version is null
                ? Standard.All.Where(each => each.Find(Statement) is not null)
                : Standard.All.Where(each => each.Version == Version);
        }
    }

    [GeneratedRegex(
        """\bSpec\("(?<statement>[^"]+)"(, "(?<version>[^"]+)")?\)|\bpublic (async )?(Task|void) (?<method>\w+)\(""",
        RegexOptions.ExplicitCapture)]
    private static partial Regex SpecOrTest();
}
