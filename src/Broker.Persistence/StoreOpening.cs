using System.Diagnostics.CodeAnalysis;

namespace Broker.Persistence;

/// <summary>A store, or why there is none.</summary>
public sealed record StoreOpening
{
    internal StoreOpening(DurableStateStore store) => Store = store;

    internal StoreOpening(StoreTrouble trouble) => Trouble = trouble;

    /// <summary>The store, which the caller closes; null when there is <see cref="Trouble"/>.</summary>
    public DurableStateStore? Store { get; }

    /// <summary>Why there is no store; null when there is one.</summary>
    public StoreTrouble? Trouble { get; }

    /// <summary>Where the damaged file is that stood in the way; null: there was none.</summary>
    public string? QuarantinedTo { get; internal init; }

    /// <summary>Whether there is a store.</summary>
    [MemberNotNullWhen(true, nameof(Store))]
    [MemberNotNullWhen(false, nameof(Trouble))]
    public bool IsOpen => Store is not null;
}
