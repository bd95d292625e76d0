using Broker.UnitTests.Repository;

namespace Broker.UnitTests.Specification;

/// <summary>A fault that was found in another broker, and what is to hold in this one instead.</summary>
/// <param name="Row">Its name, for example <c>A3</c>.</param>
/// <param name="Threads">Where it was reported: projects and their threads.</param>
/// <param name="Words">What is to hold.</param>
/// <param name="Reason">Why there is no test, a word of <see cref="ReasonWords"/> first; null where there is to be one.</param>
internal sealed record Demand(string Row, string Threads, string Words, string? Reason)
{
    /// <summary>The file of all, relative to the root.</summary>
    public const string ListPath = "tests/Broker.ConformanceTests/Spec/demands.txt";

    /// <summary>What a reason may begin with; docs/demands.md says what each means.</summary>
    public static readonly string[] ReasonWords = ["not built yet: ", "no release yet: ", "other system: "];

    /// <summary>All rows, in the order of the file.</summary>
    public static readonly IReadOnlyList<Demand> All =
    [
        .. File.ReadLines(Path.Combine(RepositoryTree.Root, ListPath)).Where(line => !line.StartsWith('#')).Select(Parse),
    ];

    /// <summary>The tests that name it.</summary>
    public IEnumerable<TestAttribute> Tests =>
        TestAttribute.All.Where(attribute => attribute.Name == "Demand" && attribute.First == Row);

    private static Demand Parse(string line)
    {
        string[] parts = line.Split(" | ");
        if (parts.Length is not (3 or 4)) throw new FormatException($"not a row: {line}");
        return new Demand(parts[0], parts[1], parts[2], parts.ElementAtOrDefault(3));
    }
}
