namespace Broker.IntegrationTests.Compatibility;

/// <summary>The files of the comparison, in the working tree that the tests were built from.</summary>
internal static class CompatibilityFiles
{
    public const string Page = "docs/compat-report.md";
    public const string Differences = "tests/Broker.IntegrationTests/Compatibility/differences.txt";
    public const string Exchanges = "tests/Broker.IntegrationTests/Compatibility/Exchanges";

    private static readonly string Root = FindRoot();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Every area, in the order of their files.</summary>
    public static IReadOnlyList<ExchangeArea> ReadAreas() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Root, Exchanges), "*.txt").Order(StringComparer.Ordinal)
            .Select(ExchangeArea.Read),
    ];

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Broker.sln")))
                return folder.FullName;
        throw new InvalidOperationException("Broker.sln is in no folder above the tests.");
    }
}
