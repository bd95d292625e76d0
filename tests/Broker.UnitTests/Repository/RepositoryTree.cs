namespace Broker.UnitTests.Repository;

/// <summary>The files of the working tree the tests were built from.</summary>
internal static class RepositoryTree
{
    private static readonly string[] SkippedFolders =
        ["bin", "obj", "node_modules", "artifacts", "TestResults", ".git", "BenchmarkDotNet.Artifacts", "data", ".vs", ".idea"];

    private static readonly string[] TextEndings =
        [".cs", ".md", ".sh", ".csproj", ".props", ".targets", ".js", ".mjs", ".ts", ".json", ".conf", ".yaml", ".yml"];

    /// <summary>The folder of Broker.sln.</summary>
    public static readonly string Root = FindRoot();

    private static readonly Lazy<IReadOnlyList<SourceFile>> AllFiles = new(() => [.. Walk(Root, "")]);

    /// <summary>Every text file, build output and downloads left out.</summary>
    public static IReadOnlyList<SourceFile> Files => AllFiles.Value;

    /// <summary>Whether a relative path is a file or a folder here.</summary>
    public static bool Exists(string relativePath)
    {
        string full = Path.Combine(Root, relativePath);
        return File.Exists(full) || Directory.Exists(full);
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Broker.sln")))
                return folder.FullName;
        throw new InvalidOperationException("Broker.sln is in no folder above the tests.");
    }

    private static IEnumerable<SourceFile> Walk(string folder, string prefix)
    {
        foreach (string file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
            if (TextEndings.Contains(Path.GetExtension(file)))
                yield return new SourceFile(prefix + Path.GetFileName(file), File.ReadAllText(file));
        foreach (string child in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(child);
            if (SkippedFolders.Contains(name)) continue;
            foreach (SourceFile file in Walk(child, $"{prefix}{name}/"))
                yield return file;
        }
    }
}
