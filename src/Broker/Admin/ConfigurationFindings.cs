using System.Collections.Immutable;
using Broker.Configuration.Mosquitto;

namespace Broker.Admin;

/// <summary>What reading a configuration remarked, and what a look at the whole and at its files adds. Sorted by place.</summary>
internal sealed class ConfigurationFindings
{
    private ConfigurationFindings(IEnumerable<ConfigurationDiagnostic> findings) =>
        All = [.. findings.OrderBy(one => one.File, StringComparer.Ordinal).ThenBy(one => one.Line).ThenBy(one => one.Column)];

    /// <summary>Every finding.</summary>
    public ImmutableArray<ConfigurationDiagnostic> All { get; }

    /// <summary>Looks at the files only when the configuration could be read.</summary>
    public static ConfigurationFindings Of(ConfigurationResult result)
    {
        var more = new ConfigurationReport();
        if (result is { Options: { } options, Origins: { } origins })
        {
            AdviceFindings.Add(options, origins, more);
            FileFindings.Add(options, origins, more);
        }
        return new ConfigurationFindings(result.Diagnostics.Concat(more.ToImmutable()));
    }

    /// <summary>How many there are of a severity.</summary>
    public int Count(DiagnosticSeverity severity) => All.Count(one => one.Severity == severity);
}
