namespace Broker.UnitTests.Repository;

/// <summary>How long things may be.</summary>
internal static class SizeRules
{
    private const int FileLinesMax = 400;
    private const int MethodLinesMax = 70;
    private const int LineCharactersMax = 130;

    private static readonly string[] MeasuredEndings = [".cs", ".sh", ".js", ".mjs", ".csproj", ".props"];

    public static IReadOnlyList<Rule> All { get; } =
    [
        new("A file has at most 400 lines", Files,
            Bad: [Repeated(FileLinesMax + 1)],
            Good: [Repeated(FileLinesMax)]),
        new("A method has at most 70 lines", Methods,
            Bad: [MethodOf(MethodLinesMax + 1), ExpressionOf(MethodLinesMax + 1)],
            Good: [MethodOf(MethodLinesMax), ExpressionOf(MethodLinesMax)]),
        new("A line has at most 130 characters", LinesOfText,
            Bad: [new("src/Broker/A.cs", new string('x', LineCharactersMax + 1))],
            Good: [new("src/Broker/A.cs", new string('x', LineCharactersMax)), new("docs/a.md", new string('x', 500))]),
    ];

    private static IEnumerable<Finding> Files(SourceFile file)
    {
        int lines = file.Text.Count(c => c == '\n') + (file.Text.EndsWith('\n') ? 0 : 1);
        if (file.IsCSharp && lines > FileLinesMax)
            yield return new Finding(file.Path, lines, $"{lines} lines; split it by what its parts are about");
    }

    private static IEnumerable<Finding> Methods(SourceFile file) =>
        !file.IsCSharp
            ? []
            : from member in MemberScan.Of(file)
              where member.Lines > MethodLinesMax
              select file.Finding(member.Start, $"{member.Name} has {member.Lines} lines; name its steps");

    private static IEnumerable<Finding> LinesOfText(SourceFile file) =>
        !MeasuredEndings.Contains(Path.GetExtension(file.Path))
            ? []
            : from line in file.Lines.Index()
              where line.Item.EnumerateRunes().Count() > LineCharactersMax
              select new Finding(file.Path, line.Index + 1, "the line is too long");

    private static SourceFile Repeated(int lines) =>
        new("src/Broker/A.cs", string.Concat(Enumerable.Repeat("// x\n", lines)));

    private static SourceFile MethodOf(int lines) =>
        new("src/Broker/A.cs", $"class A\n{{\n    void B()\n    {{\n{Body(lines - 3)}    }}\n}}\n");

    private static SourceFile ExpressionOf(int lines) =>
        new("src/Broker/A.cs", $"class A\n{{\n    int B() =>\n{Body(lines - 2)}    1;\n}}\n");

    private static string Body(int lines) => string.Concat(Enumerable.Repeat("        //\n", lines));
}
