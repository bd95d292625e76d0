using System.Collections.Immutable;

namespace Broker.Configuration;

/// <summary>What a reload did.</summary>
/// <param name="IsApplied">Whether the new options hold; else everything is as it was.</param>
/// <param name="Errors">Why not, a line each; empty when they do.</param>
/// <param name="Warnings">What the operator should look at, what needs a restart among it; a line each.</param>
internal sealed record ReloadOutcome(bool IsApplied, ImmutableArray<string> Errors, ImmutableArray<string> Warnings)
{
    /// <summary>What was changed and takes effect at the next start, a line each; among the warnings as well.</summary>
    public ImmutableArray<string> NeedsRestart { get; init; } = [];
}
