using System.Collections.Immutable;

namespace Broker.Configuration.Mosquitto;

/// <summary>Collects the remarks of one reading: everything wrong is said at once, not one mistake a start.</summary>
internal sealed class ConfigurationReport
{
    private readonly List<ConfigurationDiagnostic> _diagnostics = [];

    /// <summary>Whether the broker cannot start with what was read.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>The broker cannot start.</summary>
    public void Error(SourcePosition at, string text, string? mosquittoText = null) =>
        Add(DiagnosticSeverity.Error, at, text, mosquittoText);

    /// <summary>Something has no effect, or is likely a mistake.</summary>
    public void Warning(SourcePosition at, string text, string? mosquittoText = null) =>
        Add(DiagnosticSeverity.Warning, at, text, mosquittoText);

    /// <summary>Worth knowing.</summary>
    public void Note(SourcePosition at, string text) => Add(DiagnosticSeverity.Note, at, text, null);

    /// <summary>Everything so far.</summary>
    public ImmutableArray<ConfigurationDiagnostic> ToImmutable() => [.. _diagnostics];

    private void Add(DiagnosticSeverity severity, SourcePosition at, string text, string? mosquittoText)
    {
        HasErrors |= severity == DiagnosticSeverity.Error;
        _diagnostics.Add(new ConfigurationDiagnostic(severity, at.File, at.Line, at.Column, text)
        {
            MosquittoText = mosquittoText,
        });
    }
}
