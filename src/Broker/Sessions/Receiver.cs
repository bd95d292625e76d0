using Broker.Security;

namespace Broker.Sessions;

/// <summary>Who gets a message of a topic, and by which subscription.</summary>
/// <param name="ForOthers">For messages of other publishers.</param>
/// <param name="ForSelf">For messages that the subscriber published itself; null: none (No Local).</param>
/// <param name="Access">What allowed it to read the topic; null: there is no access list.</param>
internal readonly record struct Receiver(Subscription ForOthers, Subscription? ForSelf, ClientAccess? Access = null)
{
    /// <summary>By which subscription a message of this publisher goes to it; null: it does not.</summary>
    /// <param name="publisherId">Client id; null: the broker itself.</param>
    public Subscription? For(string? publisherId) =>
        ReferenceEquals(ForOthers, ForSelf) || publisherId != ForOthers.Session.ClientId ? ForOthers : ForSelf;
}
