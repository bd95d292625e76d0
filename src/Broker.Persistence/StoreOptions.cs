namespace Broker.Persistence;

/// <summary>Where the state is and who hears how it is doing.</summary>
public sealed record StoreOptions
{
    /// <summary>
    /// <c>sqlite:///var/lib/broker/broker.db</c> (three slashes and an absolute path, or <c>sqlite:broker.db</c>), or the path
    /// of a file. The folder is made when it does not exist. Or <c>postgres://user:password@host:5432/database</c>, with
    /// <c>?sslmode=</c>, <c>schema=</c>, <c>host=/folder/of/socket</c> and others behind it.
    /// </summary>
    public required string Location { get; init; }

    /// <summary>Whether a damaged file is moved aside and an empty one takes its place. Default false: it is a trouble.</summary>
    public bool QuarantinesDamage { get; init; }

    /// <summary>
    /// Is called on the store's thread once each time that commits stop or start getting through: do not block.
    /// </summary>
    public Action<StoreAvailability>? AvailabilityChanged { get; init; }

    /// <summary>
    /// Is called on the store's thread when commits still do not get through, with the reason, if it is another one than was
    /// told before; every five seconds at most.
    /// </summary>
    public Action<string>? ReasonChanged { get; init; }

    /// <summary>
    /// Is called on the store's thread when another broker has taken the store: nothing is committed any more, and the process
    /// has to end.
    /// </summary>
    public Action<StoreLostException>? Lost { get; init; }

    /// <summary>
    /// Is called on the store's reading thread when queues cannot be read, with the reason, and with null when they can again.
    /// </summary>
    public Action<Exception?>? ReadingChanged { get; init; }

    /// <summary>Is called on the store's thread with what a waiter threw; the other waiters are called all the same.</summary>
    public Action<Exception>? WaiterFailed { get; init; }

    /// <summary>Whether it is opened to be filled from an export: it has to be empty, or to hold half of an import.</summary>
    internal bool IsImport { get; init; }

    /// <summary>The clock of the pauses between attempts. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
