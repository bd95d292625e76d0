using System.Text.RegularExpressions;

namespace Broker.UnitTests.Repository;

/// <summary>Which folder may know which: the list in docs/architecture.md, from the outside in.</summary>
internal static partial class LayerRules
{
    /// <summary>Folders of src/Broker; each may use only those after it. Program.cs stands above all of them.</summary>
    public static readonly string[] Folders =
    [
        "Cli", "Hosting", "Admin", "SysTopics", "Bridging", "Transport", "Connections", "Lifecycle", "Routing", "Retained",
        "Sessions", "Messages", "Security", "Diagnostics", "Configuration",
    ];

    public static IReadOnlyList<Rule> All { get; } =
    [
        new("A namespace is its folder", Namespaces,
            Bad: [In("Broker/Routing", "namespace Broker.Sessions;"), In("Broker.Protocol", "namespace Broker;"),
                In("Broker/Routing/Deep/Er", "namespace Broker.Routing.Deep.Er;"), In("Broker/Routing", "class B;")],
            Good: [In("Broker/Routing", "namespace Broker.Routing;"), In("Broker", "namespace Broker;"),
                new("tests/Broker.UnitTests/Repository/A.cs", "namespace Broker.UnitTests.Repository;")]),
        new("A folder of the broker uses only those below it", FolderArrows,
            Bad: [In("Broker/Sessions", "using Broker.Connections;"), In("Broker/Routing", "Broker.Hosting.B c;"),
                In("Broker/Messages", "using static Broker.Routing.B;"), In("Broker/Novel", "class A;"),
                In("Broker", "global using Broker.Cli;"), In("Broker/Messages", "Sessions.Session session;")],
            Good: [In("Broker/Connections", "using Broker.Sessions;"), In("Broker", "using Broker.Cli;"),
                In("Broker/Messages", "// using Broker.Routing;"), In("Broker/Messages", "using Broker.Protocol;"),
                In("Broker/Messages", "peer.Sessions.Session = 1;")]),
        new("The two leaves know neither the broker nor each other", Leaves,
            Bad: [In("Broker.Protocol", "using Broker.Persistence.Changes;"), In("Broker.Protocol", "Broker.Routing.A b;"),
                In("Broker.Persistence", "using Broker.Protocol;"),
                new("src/Broker.Persistence/A.csproj", "<ProjectReference Include=\"x\" />"),
                new("src/Broker.Protocol/A.csproj", "<PackageReference Include=\"x\" />")],
            Good: [In("Broker.Protocol", "using Broker.Protocol.Packets;"),
                new("src/Broker.Persistence/A.csproj", "<PackageReference Include=\"x\" />")]),
    ];

    private static IEnumerable<Finding> Namespaces(SourceFile file)
    {
        if (!file.IsCSharp || !file.Path.Contains('/', StringComparison.Ordinal)) yield break;
        string[] folders = file.Path.Split('/')[1..^1];
        string expected = string.Join('.', folders);
        Match match = NamespaceName().Match(file.Code);
        if (!match.Success)
            yield return new Finding(file.Path, 1, $"no namespace; it is {expected}");
        else if (match.Groups[1].Value != expected)
            yield return file.Finding(match.Index, $"{match.Groups[1]} stands in the folder of {expected}");
        if (file.IsProduct && folders.Length > 3)
            yield return new Finding(file.Path, 1, "namespaces have at most two levels below their project");
    }

    private static IEnumerable<Finding> FolderArrows(SourceFile file)
    {
        const string Product = "src/Broker/";
        if (!file.IsCSharp || !file.Path.StartsWith(Product, StringComparison.Ordinal)) yield break;
        foreach (Match match in GlobalUsing().Matches(file.Code))
            yield return file.Finding(match.Index, "a global using hides an arrow");
        string[] parts = file.Path[Product.Length..].Split('/');
        if (parts.Length == 1) yield break;
        int own = Array.IndexOf(Folders, parts[0]);
        if (own < 0)
        {
            yield return new Finding(file.Path, 1, $"{parts[0]} has no place in the order of folders");
            yield break;
        }
        foreach (Match match in FolderName().Matches(file.Code))
        {
            int used = Array.IndexOf(Folders, match.Groups["folder"].Value);
            if (used < 0 || used >= own) continue;
            if (match.Groups["root"].Success || IsTypeOf(Folders[used], match.Groups["type"].Value))
                yield return file.Finding(match.Index, $"{parts[0]} may not use {Folders[used]}, which stands above it");
        }
    }

    private static IEnumerable<Finding> Leaves(SourceFile file)
    {
        string[] parts = file.Path.Split('/');
        if (parts is not ["src", "Broker.Protocol" or "Broker.Persistence", ..]) yield break;
        Regex forbidden = file.IsCSharp ? RootName() : ReferenceElement();
        foreach (Match match in forbidden.Matches(file.Code))
        {
            string name = match.Groups[1].Value;
            bool isOwn = file.IsCSharp
                ? $"Broker.{name}" == parts[1]
                : parts[1] == "Broker.Persistence" && name == "PackageReference";
            if (!isOwn) yield return file.Finding(match.Index, $"{parts[1]} may not know {match.Value}");
        }
    }

    /// <summary>Whether <c>Folder.Name</c> without <c>Broker</c> before it is a type there, not a member of a property.</summary>
    private static bool IsTypeOf(string folder, string type) =>
        type.Length > 0 && RepositoryTree.Files.Any(file =>
            file.IsCSharp && file.Path.StartsWith($"src/Broker/{folder}/", StringComparison.Ordinal) &&
            Regex.IsMatch(file.Code, $@"\b(class|struct|interface|enum|record)\s+{type}\b"));

    private static SourceFile In(string folder, string text) => new($"src/{folder}/A.cs", text);

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceName();

    [GeneratedRegex(@"\bglobal\s+using\b")]
    private static partial Regex GlobalUsing();

    [GeneratedRegex(@"(?<![\w.])((?<root>Broker)\s*\.\s*)?(?<folder>[A-Z]\w*)(\s*\.\s*(?<type>[A-Z]\w*))?")]
    private static partial Regex FolderName();

    [GeneratedRegex(@"(?<![\w.])Broker\s*\.\s*(\w+)")]
    private static partial Regex RootName();

    [GeneratedRegex(@"<(ProjectReference|PackageReference)\b")]
    private static partial Regex ReferenceElement();
}
