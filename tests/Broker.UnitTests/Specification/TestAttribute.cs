using System.Text.RegularExpressions;
using Broker.UnitTests.Repository;

namespace Broker.UnitTests.Specification;

/// <summary>An attribute with texts on a test, <c>Name("first", "second")</c>, as the sources have it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="First">Its first text.</param>
/// <param name="Second">Its second text; null where it has none.</param>
/// <param name="Method">The name of the test.</param>
/// <param name="File">The file it is in.</param>
/// <param name="Line">The line of the attribute.</param>
internal sealed partial record TestAttribute(
    string Name, string First, string? Second, string Method, SourceFile File, int Line)
{
    private static readonly Lazy<IReadOnlyList<TestAttribute>> AllAttributes =
        new(() => [.. RepositoryTree.Files.SelectMany(Scan)]);

    /// <summary>Those of every test project.</summary>
    public static IReadOnlyList<TestAttribute> All => AllAttributes.Value;

    /// <summary>Those of one file, in its order.</summary>
    public static IEnumerable<TestAttribute> Scan(SourceFile file)
    {
        if (!file.IsCSharp || !IsMarked().IsMatch(file.Text)) yield break;
        List<Match> named = [];
        foreach (Match match in AttributeOrTest().Matches(file.Text))
        {
            if (file.Code[match.Index] != file.Text[match.Index]) continue; // within a comment or a literal
            if (match.Groups["name"].Success)
            {
                named.Add(match);
                continue;
            }
            foreach (Match attribute in named)
            {
                Group second = attribute.Groups["second"];
                yield return new TestAttribute(
                    attribute.Groups["name"].Value, attribute.Groups["first"].Value, second.Success ? second.Value : null,
                    match.Groups["method"].Value, file, file.LineOf(attribute.Index));
            }
            named.Clear();
        }
    }

    [GeneratedRegex("""\b(Spec|Demand|Directive)\("[^"]""")]
    private static partial Regex IsMarked();

    [GeneratedRegex(
        """
        \b(?<name>Spec|Demand|Directive)\("(?<first>[^"]+)"(,\ "(?<second>[^"]+)")?\)
        |\bpublic\ (async\ )?(Task|void)\ (?<method>\w+)\(
        """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex AttributeOrTest();
}
