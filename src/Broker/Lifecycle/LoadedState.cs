using Broker.Persistence.Changes;

namespace Broker.Lifecycle;

/// <summary>What was brought into memory.</summary>
/// <param name="Sessions">Sessions.</param>
/// <param name="Subscriptions">Their subscriptions.</param>
/// <param name="Queued">Their messages, which stay in the store until they are sent.</param>
/// <param name="Retained">Retained messages.</param>
internal readonly record struct LoadedState(int Sessions, int Subscriptions, long Queued, int Retained)
{
    /// <summary>Bans.</summary>
    public int Bans { get; init; }

    /// <summary>Bans that are none that is known here.</summary>
    public IReadOnlyList<BanPut> UnknownBans { get; init; } = [];

    /// <summary>What was in the store and is not kept any more.</summary>
    public DroppedState Dropped { get; init; }
}

/// <summary>What was removed from the store, as the options say that it is not kept.</summary>
/// <param name="Sessions">Sessions, with all that belongs to them.</param>
/// <param name="Queued">Messages of sessions, of those that are gone and of those that stay.</param>
/// <param name="Retained">Retained messages.</param>
internal readonly record struct DroppedState(int Sessions, long Queued, int Retained)
{
    public bool IsNothing => this == default;
}
