using System.Collections.Immutable;

namespace Broker.Configuration.Mosquitto;

/// <summary>What this broker makes of a directive.</summary>
internal enum DirectiveStatus
{
    /// <summary>Works as in mosquitto, but for the difference that is named.</summary>
    Implemented,
    /// <summary>Read and checked; there is nothing left for it to do here, and the start says so.</summary>
    Accepted,
    /// <summary>Read and checked, but has no effect yet; a warning at start.</summary>
    NotSupported,
    /// <summary>An error: going on without it would weaken security or change who gets what.</summary>
    Refused,
}

/// <summary>Where a directive may stand and what it belongs to.</summary>
internal enum DirectiveScope
{
    /// <summary>The whole broker; anywhere in a file.</summary>
    Global,
    /// <summary>The listener before it; without one the default listener (port 1883) is made for it.</summary>
    Listener,
    /// <summary>The listener before it; an error without one.</summary>
    ListenerRequired,
    /// <summary>Global; the listener before it while <c>per_listener_settings true</c>.</summary>
    Security,
    /// <summary>The <c>connection</c> before it.</summary>
    Bridge,
    /// <summary>The plugin before it.</summary>
    Plugin,
}

/// <summary>One row of the directive table: all there is to know about a directive.</summary>
internal sealed record Directive
{
    /// <summary><see cref="Since"/> of a directive that mosquitto does not have.</summary>
    public const string Ours = "ours";

    /// <summary>The name; ends in <c>*</c> where the rest of the name is free (<c>plugin_opt_*</c>).</summary>
    public required string Name { get; init; }

    /// <summary>Other spellings.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>What it belongs to.</summary>
    public required DirectiveScope Scope { get; init; }

    /// <summary>The values it takes, for people.</summary>
    public required string Values { get; init; }

    /// <summary>What holds when it is not given.</summary>
    public required string Default { get; init; }

    /// <summary>First mosquitto release that reads it.</summary>
    public string Since { get; init; } = "≤1.4";

    /// <summary>What this broker makes of it.</summary>
    public required DirectiveStatus Status { get; init; }

    /// <summary>How it differs from mosquitto and why; empty: it does not.</summary>
    public string Note { get; init; } = "";

    /// <summary>What mosquitto 2.1, where it is deprecated, wants instead; null: it is not deprecated.</summary>
    public string? DeprecatedFor { get; init; }

    /// <summary>Whether it may be given several times in one section, each adding something.</summary>
    public bool Accumulates { get; init; }

    /// <summary>Whether a second text value is a mistake, as it is in mosquitto; else the last one counts.</summary>
    public bool IsDuplicateAnError { get; init; }

    /// <summary>mosquitto's sentence for a second value, where it is not the usual one.</summary>
    public string? DuplicateSentence { get; init; }

    /// <summary>How many words of the value may begin with <c>#</c> without being a comment.</summary>
    public int WordsBeforeComment { get; init; }

    /// <summary>Reads the value and takes it over.</summary>
    public required Action<DirectiveContext> Bind { get; init; }

    /// <summary>All spellings, the name first.</summary>
    public IEnumerable<string> Names => Aliases.Prepend(Name);
}
