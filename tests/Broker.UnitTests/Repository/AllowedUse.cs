namespace Broker.UnitTests.Repository;

/// <summary>One place that may do what the rules forbid elsewhere, and why.</summary>
/// <param name="Path">The file.</param>
/// <param name="Construct">What it may use, as it stands in the code.</param>
/// <param name="Reason">Why there is no other way.</param>
internal sealed record AllowedUse(string Path, string Construct, string Reason)
{
    /// <summary>Every exception. A line that nothing needs any more is a failed test.</summary>
    public static IReadOnlyList<AllowedUse> All { get; } = [];

    public static bool Covers(string path, string construct) =>
        All.Any(use => use.Path == path && construct.Contains(use.Construct, StringComparison.Ordinal));
}
