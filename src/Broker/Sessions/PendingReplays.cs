using System.Diagnostics.CodeAnalysis;

namespace Broker.Sessions;

/// <summary>
/// Replays that a session is still owed, first come first served, at most one a subscription: who subscribes again before the
/// end starts over, who unsubscribes gets no more of it [MQTT-3.10.4-2]. Guarded by the session's lock.
/// </summary>
internal sealed class PendingReplays
{
    private readonly LinkedList<IRetainedReplay> _order = [];
    private readonly Dictionary<string, LinkedListNode<IRetainedReplay>> _byKey = new(StringComparer.Ordinal);

    public int Count => _order.Count;

    /// <summary>Adds a replay behind the others; an unfinished one of the same subscription is dropped.</summary>
    public void Enqueue(IRetainedReplay replay)
    {
        Remove(replay.Subscription.Key);
        _byKey.Add(replay.Subscription.Key, _order.AddLast(replay));
    }

    public bool TryPeek([NotNullWhen(true)] out IRetainedReplay? replay)
    {
        replay = _order.First?.Value;
        return replay is not null;
    }

    /// <summary>Removes the first; there must be one.</summary>
    public void Dequeue() => Remove(_order.First!.Value.Subscription.Key);

    /// <summary>Drops the replay of a subscription, if there is one.</summary>
    public void Remove(string key)
    {
        if (_byKey.Remove(key, out LinkedListNode<IRetainedReplay>? node)) _order.Remove(node);
    }
}
