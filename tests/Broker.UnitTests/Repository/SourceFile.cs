namespace Broker.UnitTests.Repository;

/// <summary>A text file of the repository, or a snippet that pretends to be one.</summary>
internal sealed class SourceFile(string path, string text)
{
    private readonly Lazy<string> _code = new(() => CodeMask.Apply(text));

    /// <summary>Relative to the root, with slashes.</summary>
    public string Path { get; } = path;

    public string Text { get; } = text;

    public string[] Lines { get; } = text.Split('\n');

    /// <summary>The text with comments and the contents of literals blanked out; same length, same lines.</summary>
    public string Code => _code.Value;

    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    public bool IsMarkdown => Path.EndsWith(".md", StringComparison.Ordinal);

    /// <summary>Whether the file is part of the product, not of its tests.</summary>
    public bool IsProduct => Path.StartsWith("src/", StringComparison.Ordinal);

    public int LineOf(int index) => Text.AsSpan(0, index).Count('\n') + 1;

    public Finding Finding(int index, string message) => new(Path, LineOf(index), message);
}
