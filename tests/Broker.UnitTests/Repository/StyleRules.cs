using System.Text.RegularExpressions;

namespace Broker.UnitTests.Repository;

/// <summary>Words and constructs that do not appear.</summary>
internal static partial class StyleRules
{
    public static IReadOnlyList<Rule> All { get; } =
    [
        new("A type's name says what it is", Names,
            Bad: [Code("class QueueManager { }"), Code("record struct WireUtils(int A);"), Code("interface IFooService { }")],
            Good: [Code("class Services { }"), Code("record Database(int A);"), Code("// class QueueManager")]),
        new("There are no regions", Regions,
            Bad: [Code("#region Fields")],
            Good: [Code("// #region"), Code("var region = 1;")]),
        new("An exception is never swallowed without a word", EmptyCatches,
            Bad: [Code("try { } catch { }"), Code("try { } catch (Exception) {\n // why\n }"),
                Code("try { } catch (A e) when (b) { }")],
            Good: [Code("try { } catch (IOException) { /* The peer is gone. */ }"), Code("catch { throw; }"),
                Code("try { } catch (Exception e) when (e is A or B) { /* why */ }")]),
        new("Work to be done later is an issue with a number", LaterWork,
            Bad: [Code("// TO" + "DO: tidy up"), Code("// FIX" + "ME"), new("docs/a.md", "TO" + "DO write this")],
            Good: [Code("// TO" + "DO(#12): tidy up"), Code("var todos = 1;")]),
        new("No download address is kept with locked packages", DownloadAddresses,
            Bad: [new("a/package-lock.json", "\"resolved\": \"https://x\"")],
            Good: [new("a/package-lock.json", "\"integrity\": \"sha512-x\""), new("a/package.json", "\"resolved\": 1")]),
    ];

    private static IEnumerable<Finding> Names(SourceFile file) =>
        !file.IsCSharp
            ? []
            : from Match match in VagueTypeName().Matches(file.Code)
              select file.Finding(match.Index, $"{match.Groups["name"]}: name the thing it is, not that it does something");

    private static IEnumerable<Finding> Regions(SourceFile file) =>
        !file.IsCSharp
            ? []
            : from Match match in Region().Matches(file.Code)
              select file.Finding(match.Index, "#region; make it a type or a facet file");

    private static IEnumerable<Finding> EmptyCatches(SourceFile file)
    {
        if (!file.IsCSharp) yield break;
        foreach (Match match in EmptyCatch().Matches(file.Code))
        {
            bool catchesAll =
                match.Groups["type"].Value is "" or "Exception" or "System.Exception" && !match.Groups["filter"].Success;
            Group body = match.Groups["body"];
            bool hasReason = file.Text.AsSpan(body.Index, body.Length).ContainsAnyExcept(" \t\r\n");
            if (catchesAll || !hasReason)
                yield return file.Finding(match.Index, "an exception is swallowed; name its type and say why it may be");
        }
    }

    private static IEnumerable<Finding> LaterWork(SourceFile file) =>
        from Match match in LaterWorkMark().Matches(file.Text)
        select file.Finding(match.Index, $"{match.Value} without an issue's number");

    private static IEnumerable<Finding> DownloadAddresses(SourceFile file) =>
        !file.Path.EndsWith("package-lock.json", StringComparison.Ordinal)
            ? []
            : from Match match in ResolvedAddress().Matches(file.Text)
              select file.Finding(match.Index, "write it with omit-lockfile-registry-resolved");

    private static SourceFile Code(string text) => new("src/Broker/A.cs", text);

    [GeneratedRegex(
        @"\b(class|struct|interface|enum|record)\s+" +
        @"(?<name>\w*(Manager|Helpers?|Utils?|Utility|Utilities|(?<!QualityOf)Service|Processor|Impl|Base))\b")]
    private static partial Regex VagueTypeName();

    [GeneratedRegex(@"^\s*#(end)?region", RegexOptions.Multiline)]
    private static partial Regex Region();

    [GeneratedRegex(
        @"\bcatch\s*(\(\s*(?<type>[\w.<>?]+)?[^()]*\))?\s*" +
        @"(?<filter>when\s*\(([^()]|\([^()]*\))*\))?\s*\{(?<body>\s*)\}")]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"\b(TO[D]O|FIX[M]E|HA[C]K|X[X]X)\b(?!\s*\(?#\d)")]
    private static partial Regex LaterWorkMark();

    [GeneratedRegex("\"resolved\"\\s*:")]
    private static partial Regex ResolvedAddress();
}
