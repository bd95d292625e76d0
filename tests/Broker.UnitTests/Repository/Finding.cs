namespace Broker.UnitTests.Repository;

/// <summary>A place in the sources that breaks a rule of the house.</summary>
/// <param name="Path">File, relative to the root, with slashes.</param>
/// <param name="Line">From 1.</param>
/// <param name="Text">What is wrong, and what to do instead.</param>
internal sealed record Finding(string Path, int Line, string Text)
{
    public override string ToString() => $"{Path}:{Line}: {Text}";
}
