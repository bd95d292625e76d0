namespace Broker.Diagnostics;

/// <summary>What the engine holds at one moment.</summary>
internal readonly record struct EngineFigures
{
    /// <summary>Sessions that a connection serves.</summary>
    public int SessionsOnline { get; init; }

    /// <summary>Sessions that wait for their client.</summary>
    public int SessionsAway { get; init; }

    /// <summary>Messages that wait for a session to take them, in memory or in the store.</summary>
    public long Waiting { get; init; }

    /// <summary>Their payload bytes, one copy each.</summary>
    public long WaitingBytes { get; init; }

    /// <summary>Messages that wait in the session that has the most of them.</summary>
    public long LongestQueue { get; init; }

    /// <summary>Messages with QoS 1 and 2 that were sent and are not acknowledged to the end.</summary>
    public long InFlight { get; init; }

    /// <summary>Their payload bytes, where they are in memory.</summary>
    public long InFlightBytes { get; init; }

    /// <summary>Subscriptions that are not shared.</summary>
    public int Subscriptions { get; init; }

    /// <summary>Subscriptions to <c>$share/</c>, each member for itself.</summary>
    public int SharedSubscriptions { get; init; }

    /// <summary>Topics with a retained message, those of the broker itself (<c>$SYS</c>) included.</summary>
    public int Retained { get; init; }

    /// <summary>Their payload bytes.</summary>
    public long RetainedBytes { get; init; }

    /// <summary>Deliveries that were born and have not ended.</summary>
    public long Open => Waiting + InFlight;
}
