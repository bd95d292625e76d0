using System.Collections.Immutable;

namespace Broker.Configuration.Mosquitto;

/// <summary>Collects the remarks of one reading: everything wrong is said at once, not one mistake a start.</summary>
internal sealed class ConfigurationReport
{
    private readonly List<ConfigurationDiagnostic> _diagnostics = [];

    /// <summary>Whether the broker cannot start with what was read.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>The broker cannot start.</summary>
    public void Error(SourcePosition at, string text, string? mosquittoText = null, string rule = "invalid") =>
        Add(DiagnosticSeverity.Error, at, text, mosquittoText, rule);

    /// <summary>Something has no effect, or is likely a mistake.</summary>
    public void Warning(SourcePosition at, string text, string? mosquittoText = null, string rule = "questionable") =>
        Add(DiagnosticSeverity.Warning, at, text, mosquittoText, rule);

    /// <summary>Worth knowing.</summary>
    public void Note(SourcePosition at, string text, string rule = "note") =>
        Add(DiagnosticSeverity.Note, at, text, null, rule);

    /// <summary>Everything so far.</summary>
    public ImmutableArray<ConfigurationDiagnostic> ToImmutable() => [.. _diagnostics];

    private void Add(DiagnosticSeverity severity, SourcePosition at, string text, string? mosquittoText, string rule)
    {
        HasErrors |= severity == DiagnosticSeverity.Error;
        _diagnostics.Add(new ConfigurationDiagnostic(severity, at.File, at.Line, at.Column, text)
        {
            MosquittoText = mosquittoText,
            Rule = rule,
        });
    }
}
