using Broker.Protocol.Topics;

namespace Broker.Connections.Handlers;

/// <summary>A filter as subscribed, with the listener's mount point put where it belongs: behind the share name.</summary>
/// <param name="Key">Identifies the subscription in its session.</param>
/// <param name="Filter">What topics are matched with.</param>
/// <param name="ShareName">Share name, or null.</param>
internal readonly record struct SubscriptionKey(string Key, string Filter, string? ShareName)
{
    public static SubscriptionKey Of(string filter, string? mountPoint)
    {
        if (!SharedFilter.TryParse(filter, out string? shareName, out string? topicFilter))
            return new SubscriptionKey(mountPoint + filter, mountPoint + filter, null);
        string mounted = mountPoint + topicFilter;
        return new SubscriptionKey($"$share/{shareName}/{mounted}", mounted, shareName);
    }
}
