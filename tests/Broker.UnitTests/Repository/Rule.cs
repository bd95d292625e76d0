namespace Broker.UnitTests.Repository;

/// <summary>A rule of the house: which files it looks at, what it finds, and snippets that show it works.</summary>
/// <param name="Name">A sentence without a full stop.</param>
/// <param name="Check">Finds what breaks the rule in one file.</param>
/// <param name="Bad">Snippets that break it.</param>
/// <param name="Good">Snippets close to the bad ones that keep it.</param>
internal sealed record Rule(
    string Name, Func<SourceFile, IEnumerable<Finding>> Check, IReadOnlyList<SourceFile> Bad, IReadOnlyList<SourceFile> Good)
{
    public override string ToString() => Name;
}
