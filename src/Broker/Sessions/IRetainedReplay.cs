using System.Diagnostics.CodeAnalysis;
using Broker.Messages;

namespace Broker.Sessions;

/// <summary>Retained messages that a new subscription is still owed; they are fetched as the session has room for them.</summary>
internal interface IRetainedReplay
{
    /// <summary>By which subscription they are sent.</summary>
    Subscription Subscription { get; }

    /// <summary>The next one; false when there are no more. A leaf: takes no lock but the tree's.</summary>
    bool TryNext(long nowUnixMilliseconds, [NotNullWhen(true)] out Message? message);
}
