using Broker.Security;
using Broker.Sessions;

namespace Broker.Routing;

/// <summary>Makes receivers of subscriptions that match, without those whose client may not read the topic.</summary>
internal static class ReadableReceivers
{
    /// <summary>One a subscription.</summary>
    public static Receiver[] Of(ReadOnlySpan<Subscription> matched, string topic)
    {
        if (matched.IsEmpty) return [];
        var receivers = new Receiver[matched.Length];
        int count = 0;
        foreach (Subscription subscription in matched)
        {
            // Read once: the object that allowed it is what the session compares with its own.
            ClientAccess? access = subscription.Session.Access;
            if (access is null || access.MayRead(topic))
                receivers[count++] = new Receiver(subscription, subscription.NoLocal ? null : subscription, access);
        }
        if (count < receivers.Length) Array.Resize(ref receivers, count);
        return receivers;
    }

    /// <summary>The members of shared subscriptions, without groups that have none left.</summary>
    public static MatchedGroup[] Of(List<SharedGroup>? groups, string topic)
    {
        if (groups is null) return [];
        var matched = new List<MatchedGroup>(groups.Count);
        foreach (SharedGroup group in groups)
        {
            Receiver[] members = Of(group.Members.AsSpan(), topic);
            if (members.Length > 0) matched.Add(new MatchedGroup(group, members));
        }
        return [.. matched];
    }
}
