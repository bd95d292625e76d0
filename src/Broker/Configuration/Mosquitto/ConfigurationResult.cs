using System.Collections.Immutable;

namespace Broker.Configuration.Mosquitto;

/// <summary>What reading a configuration gave.</summary>
/// <param name="Options">The options; null if there is any error among the diagnostics.</param>
/// <param name="Diagnostics">Every remark, in the order of reading, remarks about the whole last.</param>
internal sealed record ConfigurationResult(BrokerOptions? Options, ImmutableArray<ConfigurationDiagnostic> Diagnostics)
{
    /// <summary>Which line each option came from; null without options.</summary>
    public ConfigurationOrigins? Origins { get; init; }
}
