using Broker.Persistence.Changes;

namespace Broker.Sessions;

internal sealed partial class Session
{
    private Dictionary<string, Subscription>? _subscriptions;
    private PendingReplays? _replays;
    private int _wildcardCount;

    /// <summary>How many subscriptions the session has.</summary>
    public int SubscriptionCount
    {
        get { lock (_lock) return _subscriptions?.Count ?? 0; }
    }

    /// <summary>How many of them have wildcards.</summary>
    public int WildcardCount
    {
        get { lock (_lock) return _wildcardCount; }
    }

    /// <summary>Whether there is one with this key.</summary>
    public bool HasSubscription(string key)
    {
        lock (_lock) return _subscriptions?.ContainsKey(key) == true;
    }

    /// <summary>The subscriptions, as they are now.</summary>
    public Subscription[] Subscriptions
    {
        get { lock (_lock) return _subscriptions is null ? [] : [.. _subscriptions.Values]; }
    }

    /// <summary>Adds or replaces a subscription.</summary>
    /// <param name="subscription">What.</param>
    /// <param name="optionsByte">As the client sent it, for the store.</param>
    /// <param name="replaced">The one it replaces, or null: then it is new.</param>
    /// <returns>What must be durable before SUBACK; 0: nothing.</returns>
    public long Put(Subscription subscription, byte optionsByte, out Subscription? replaced)
    {
        lock (_lock)
        {
            replaced = null;
            if (_hasEnded) return 0;
            _subscriptions ??= [];
            _subscriptions.TryGetValue(subscription.Key, out replaced);
            _subscriptions[subscription.Key] = subscription;
            if (replaced is null && subscription.HasWildcard) _wildcardCount++;
            if (!IsStored) return 0;
            uint id = subscription.Ids.Length == 0 ? 0 : subscription.Ids[0];
            return _context.Store.Append(new SubscriptionPut(ClientId, subscription.Key, optionsByte, id));
        }
    }

    /// <summary>Removes a subscription.</summary>
    /// <param name="key">As it was subscribed.</param>
    /// <param name="removed">What was removed; null: there was none.</param>
    /// <returns>What must be durable before UNSUBACK; 0: nothing.</returns>
    public long Remove(string key, out Subscription? removed)
    {
        lock (_lock)
        {
            removed = null;
            if (_subscriptions is null || !_subscriptions.Remove(key, out removed)) return 0;
            if (removed.HasWildcard) _wildcardCount--;
            _replays?.Remove(key);
            if (!IsStored) return 0;
            return _context.Store.Append(new SubscriptionRemoved(ClientId, key));
        }
    }

    /// <summary>Whether retained messages are still owed. Takes no lock: it may be over, or not have begun.</summary>
    public bool IsReplaying => Volatile.Read(ref _replays) is not null;

    /// <summary>Owes the session the retained messages of a subscription. They are sent as there is room.</summary>
    public void Enqueue(IRetainedReplay replay)
    {
        lock (_lock)
        {
            bool isSubscribed = _subscriptions?.ContainsKey(replay.Subscription.Key) == true;
            if (isSubscribed) (_replays ??= new PendingReplays()).Enqueue(replay);
        }
    }
}
