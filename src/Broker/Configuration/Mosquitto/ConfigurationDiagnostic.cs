using System.Globalization;

namespace Broker.Configuration.Mosquitto;

/// <summary>How serious a remark about a configuration is.</summary>
internal enum DiagnosticSeverity
{
    /// <summary>Worth knowing; the broker does what the file says.</summary>
    Note,
    /// <summary>Something in the file has no effect here, or is likely a mistake.</summary>
    Warning,
    /// <summary>The broker does not start with this.</summary>
    Error,
}

/// <summary>One remark about a configuration.</summary>
/// <param name="Severity">How serious it is.</param>
/// <param name="File">The file as it was named; empty when the remark is about no file.</param>
/// <param name="Line">Line, from 1; 0 when the remark is about the file as a whole.</param>
/// <param name="Column">Column in characters (Unicode scalar values, a tab is one), from 1; 0 with line 0.</param>
/// <param name="Text">Our sentence.</param>
internal sealed record ConfigurationDiagnostic(DiagnosticSeverity Severity, string File, int Line, int Column, string Text)
{
    /// <summary>A short name of the kind of remark, the same in every release.</summary>
    public string Rule { get; init; } = "";

    /// <summary>The sentence mosquitto 2.1 prints for the same mistake, or null where it has none.</summary>
    public string? MosquittoText { get; init; }

    /// <summary>
    /// The remark as it is printed: mosquitto's sentence where it has one, then <c>FILE:LINE:COLUMN: error: text</c>.
    /// </summary>
    public override string ToString() => string.Join('\n', Lines());

    /// <summary>The printed lines, without line ends.</summary>
    public IEnumerable<string> Lines()
    {
        if (MosquittoText is not null)
        {
            yield return MosquittoText;
            if (Severity == DiagnosticSeverity.Error && Line > 0)
                yield return string.Create(CultureInfo.InvariantCulture, $"Error found at {File}:{Line}.");
        }
        yield return Place() + Word + ": " + Text;
    }

    /// <summary>The severity as it is printed.</summary>
    public string Word => Severity switch
    {
        DiagnosticSeverity.Error => "error",
        DiagnosticSeverity.Warning => "warning",
        _ => "note",
    };

    private string Place()
    {
        if (File.Length == 0) return "";
        return Line == 0 ? File + ": " : string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}: ");
    }
}
