namespace Broker.Persistence.Inspection;

/// <summary>How a store is at one instant.</summary>
public sealed record StoreStatus
{
    /// <summary>Where it is, without a password.</summary>
    public required string Store { get; init; }

    /// <summary>SQLite or PostgreSQL, with the version.</summary>
    public required string Provider { get; init; }

    /// <summary>The version of its tables that this release knows; null: none was applied.</summary>
    public required string? Schema { get; init; }

    /// <summary>The newest version that this release knows.</summary>
    public required string NewestSchema { get; init; }

    /// <summary>Whether a broker has it open; null: that cannot be found out.</summary>
    public required bool? IsOpen { get; init; }

    /// <summary>Who has it open, as far as that can be seen; empty: nobody, or not to be seen.</summary>
    public required string Holder { get; init; }

    /// <summary>Whether an import was begun and has not ended.</summary>
    public bool IsHalfImported { get; init; }

    /// <summary>What it takes on the disk.</summary>
    public required IReadOnlyList<StoreSize> Sizes { get; init; }

    /// <summary>What is in it; null: its tables are not those of this release.</summary>
    public StoreCounts? Counts { get; init; }
}

/// <summary>What is in a store.</summary>
/// <param name="Ticket">The ticket of the last commit.</param>
/// <param name="SessionsConnected">Sessions whose owner is connected, or was when the broker ended.</param>
/// <param name="SessionsAway">Sessions whose owner is away.</param>
/// <param name="Subscriptions">Subscriptions.</param>
/// <param name="Wills">Wills that wait.</param>
/// <param name="Receipts">QoS 2 packet ids of publishers that are in use.</param>
/// <param name="Queued">Deliveries that wait.</param>
/// <param name="InFlight">Deliveries that were sent and not acknowledged to the end.</param>
/// <param name="Messages">Messages that they deliver.</param>
/// <param name="MessageBytes">Payload bytes of these.</param>
/// <param name="Retained">Retained messages.</param>
/// <param name="RetainedBytes">Payload bytes of these.</param>
/// <param name="WaitingSince">
/// When the first of the sessions that are away and owed messages went away, milliseconds since 1970 UTC; null: there is none.
/// Messages have no instant of arrival, so this stands for the age of the oldest one.
/// </param>
public sealed record StoreCounts(
    long Ticket,
    long SessionsConnected,
    long SessionsAway,
    long Subscriptions,
    long Wills,
    long Receipts,
    long Queued,
    long InFlight,
    long Messages,
    long MessageBytes,
    long Retained,
    long RetainedBytes,
    long? WaitingSince)
{
    /// <summary>Bans, those that are over and not yet removed too.</summary>
    public long Bans { get; init; }
}
