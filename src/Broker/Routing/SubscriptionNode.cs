using Broker.Sessions;

namespace Broker.Routing;

/// <summary>A level of the subscription tree. Guarded by the tree's lock.</summary>
internal sealed class SubscriptionNode
{
    public SubscriptionNode(SubscriptionNode? parent, string level) => (Parent, Level) = (parent, level);

    public SubscriptionNode? Parent { get; }

    public string Level { get; }

    /// <summary>By level text, the wildcards among them.</summary>
    public Dictionary<string, SubscriptionNode>? Children { get; private set; }

    /// <summary>Ordinary subscriptions whose filter ends here, one a session.</summary>
    public Dictionary<Session, Subscription>? Subscriptions { get; set; }

    /// <summary>Shared subscriptions whose filter ends here, by share name.</summary>
    public Dictionary<string, SharedGroup>? Groups { get; set; }

    public bool IsUnused => Children is not { Count: > 0 } && Subscriptions is not { Count: > 0 } && Groups is not { Count: > 0 };

    public SubscriptionNode? Find(ReadOnlySpan<char> level) =>
        Children is not null && Children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(level, out SubscriptionNode? child)
            ? child
            : null;

    public SubscriptionNode FindOrAdd(ReadOnlySpan<char> level)
    {
        if (Find(level) is { } found) return found;
        var child = new SubscriptionNode(this, level.ToString());
        (Children ??= new Dictionary<string, SubscriptionNode>(StringComparer.Ordinal)).Add(child.Level, child);
        return child;
    }
}
