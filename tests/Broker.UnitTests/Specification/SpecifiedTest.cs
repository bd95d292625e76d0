using Broker.UnitTests.Repository;

namespace Broker.UnitTests.Specification;

/// <summary>A test and one statement that it names in a <c>[Spec]</c>, as the sources have it.</summary>
/// <param name="Statement">The statement's label.</param>
/// <param name="Version">The standard as the attribute names it; null where it does not.</param>
/// <param name="Method">The name of the test.</param>
/// <param name="File">The file it is in.</param>
/// <param name="Line">The line of the attribute.</param>
internal sealed record SpecifiedTest(string Statement, string? Version, string Method, SourceFile File, int Line)
{
    private static readonly Lazy<IReadOnlyList<SpecifiedTest>> AllTests =
        new(() => [.. Of(TestAttribute.All)]);

    /// <summary>Those of every test project.</summary>
    public static IReadOnlyList<SpecifiedTest> All => AllTests.Value;

    /// <summary>Those of one file, in its order.</summary>
    public static IEnumerable<SpecifiedTest> Scan(SourceFile file) => Of(TestAttribute.Scan(file));

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

    private static IEnumerable<SpecifiedTest> Of(IEnumerable<TestAttribute> attributes) =>
        from attribute in attributes
        where attribute.Name == "Spec"
        select new SpecifiedTest(attribute.First, attribute.Second, attribute.Method, attribute.File, attribute.Line);
}
