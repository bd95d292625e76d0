using Broker.Messages;

namespace Broker.Sessions;

/// <summary>Retained messages that a new subscription is still owed; they are fetched as the session has room for them.</summary>
internal interface IRetainedReplay
{
    /// <summary>By which subscription they are sent.</summary>
    Subscription Subscription { get; }

    /// <summary>
    /// The next one, or null: so many topics were passed over that others are to have their turn before it goes on. A leaf: takes
    /// no lock but the tree's.
    /// </summary>
    /// <returns>False when there are no more.</returns>
    bool TryNext(long nowUnixMilliseconds, out Message? message);
}
