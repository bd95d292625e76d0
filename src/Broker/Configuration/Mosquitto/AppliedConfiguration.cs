using System.Collections.Immutable;

namespace Broker.Configuration.Mosquitto;

/// <summary>The configuration that holds.</summary>
/// <param name="Read">As it was read.</param>
/// <param name="At">When it was taken over.</param>
/// <param name="NeedsRestart">What of it takes effect at the next start only, a line each.</param>
internal sealed record AppliedConfiguration(ConfigurationResult Read, DateTimeOffset At, ImmutableArray<string> NeedsRestart)
{
    /// <summary>Each option that holds and where it comes from.</summary>
    public ImmutableArray<ExplainedSection> Explain() => Read is { Options: { } options, Origins: { } origins }
        ? ExplainedOptions.Of(options, origins, Enumerable.Range(0, options.Listeners.Length))
        : [];
}
