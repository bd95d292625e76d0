using System.Runtime.InteropServices;
using Broker.Protocol.Topics;
using Broker.Sessions;

namespace Broker.Routing;

/// <summary>
/// All subscriptions by topic level. <see cref="Match"/> collects; nothing is called under the lock. Each change moves the
/// generation on, so that a match result that somebody keeps is known to be stale. Thread-safe; a leaf of the lock order.
/// </summary>
internal sealed class SubscriptionTree
{
    private bool _allowDuplicates;
    private readonly Lock _lock = new();
    private readonly SubscriptionNode _root = new(null, "");
    private long _generation = 1;

    /// <param name="allowDuplicates">
    /// <c>allow_duplicate_messages</c>: a copy for each subscription of a session that matches, or one for all of them
    /// (both are allowed: MQTT 5.0 section 3.3.4).
    /// </param>
    public SubscriptionTree(bool allowDuplicates) => _allowDuplicates = allowDuplicates;

    /// <summary>Moves on with each change.</summary>
    public long Generation => Volatile.Read(ref _generation);

    /// <summary>Subscriptions in the tree.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them are shared, each member for itself.</summary>
    public int SharedCount { get; private set; }

    /// <summary>Whether no node is left: what is unsubscribed leaves nothing behind.</summary>
    public bool IsEmpty
    {
        get { lock (_lock) return _root.IsUnused; }
    }

    /// <summary><c>allow_duplicate_messages</c> has changed.</summary>
    public void SetDuplicates(bool areAllowed)
    {
        lock (_lock)
        {
            if (_allowDuplicates == areAllowed) return;
            _allowDuplicates = areAllowed;
            _generation++;
        }
    }

    /// <summary>Adds a subscription or replaces the one that the session has with the same filter and share name.</summary>
    public void Put(Subscription subscription)
    {
        lock (_lock)
        {
            SubscriptionNode node = _root;
            foreach (ReadOnlySpan<char> level in TopicLevels.Of(subscription.Filter)) node = node.FindOrAdd(level);
            Remove(node, subscription);
            if (subscription.ShareName is { } name)
            {
                node.Groups ??= new Dictionary<string, SharedGroup>(StringComparer.Ordinal);
                if (!node.Groups.TryGetValue(name, out SharedGroup? group)) node.Groups.Add(name, group = new SharedGroup(name));
                group.Put(subscription);
                SharedCount++;
            }
            else
            {
                (node.Subscriptions ??= [])[subscription.Session] = subscription;
            }
            Count++;
            _generation++;
        }
    }

    /// <summary>Removes what the session has with this filter and share name; nothing happens when there is none.</summary>
    public void Remove(Subscription subscription)
    {
        lock (_lock)
        {
            SubscriptionNode node = _root;
            foreach (ReadOnlySpan<char> level in TopicLevels.Of(subscription.Filter))
            {
                if (node.Find(level) is not { } child) return;
                node = child;
            }
            Remove(node, subscription);
            while (node.IsUnused && node.Parent is { } parent)
            {
                parent.Children!.Remove(node.Level);
                node = parent;
            }
            _generation++;
        }
    }

    /// <summary>Who gets messages of this topic.</summary>
    public MatchResult Match(string topic)
    {
        var matched = new List<Subscription>();
        List<SharedGroup>? groups = null;
        long generation;
        lock (_lock)
        {
            // Wildcards at the first level do not match topics that begin with '$' [MQTT-4.7.2-1].
            Collect(_root, topic, topic.StartsWith('$'), matched, ref groups);
            generation = _generation;
        }
        // The generation is older than the rights that are asked here: when those change later, it moves on later.
        Receiver[] readable = ReadableReceivers.Of(CollectionsMarshal.AsSpan(matched), topic);
        MatchedGroup[] readableGroups = ReadableReceivers.Of(groups, topic);
        Receiver[] receivers = _allowDuplicates ? readable : MergedReceivers.Of(readable);
        return new MatchResult(generation, receivers, readableGroups)
        {
            RepeatsSession = _allowDuplicates && RepeatsSession(receivers),
            Unreadable = matched.Count - readable.Length + (groups?.Count ?? 0) - readableGroups.Length,
        };
    }

    /// <summary>What clients may read has changed: receivers are to be looked up again.</summary>
    public void Invalidate()
    {
        lock (_lock) _generation++;
    }

    /// <summary>The tree as text: a line a level, indented, with each subscriber and its QoS; share names in front.</summary>
    public IReadOnlyList<string> Describe()
    {
        List<string> lines = [];
        lock (_lock) Describe(_root, 0, lines);
        return lines;
    }

    private static void Describe(SubscriptionNode node, int depth, List<string> lines)
    {
        IEnumerable<SubscriptionNode> children = node.Children?.Values ?? Enumerable.Empty<SubscriptionNode>();
        foreach (SubscriptionNode child in children.OrderBy(child => child.Level, StringComparer.Ordinal))
        {
            IEnumerable<string> own = (child.Subscriptions?.Values ?? Enumerable.Empty<Subscription>())
                .Select(subscription => $" ({subscription.Session.ClientId}, {(int)subscription.Qos})");
            IEnumerable<string> shared = (child.Groups?.Values ?? Enumerable.Empty<SharedGroup>())
                .Select(group => $" ($share/{group.Name}, {group.Members.Length})");
            lines.Add(new string(' ', (depth + 1) * 2) + child.Level + string.Concat(own.Concat(shared)));
            Describe(child, depth + 1, lines);
        }
    }

    private static bool RepeatsSession(Receiver[] receivers) => receivers.Length switch
    {
        0 or 1 => false,
        2 => receivers[0].ForOthers.Session == receivers[1].ForOthers.Session,
        _ => receivers.DistinctBy(static receiver => receiver.ForOthers.Session).Count() < receivers.Length,
    };

    private static void Collect(
        SubscriptionNode node, ReadOnlySpan<char> rest, bool skipWildcards,
        List<Subscription> matched, ref List<SharedGroup>? groups)
    {
        if (!skipWildcards && node.Find("#") is { } any) Take(any, matched, ref groups);
        int slash = rest.IndexOf('/');
        ReadOnlySpan<char> level = slash < 0 ? rest : rest[..slash];
        if (!skipWildcards && node.Find("+") is { } plus) Descend(plus, rest, slash, matched, ref groups);
        if (node.Find(level) is { } exact) Descend(exact, rest, slash, matched, ref groups);
    }

    private static void Descend(
        SubscriptionNode node, ReadOnlySpan<char> rest, int slash, List<Subscription> matched, ref List<SharedGroup>? groups)
    {
        if (slash >= 0)
        {
            Collect(node, rest[(slash + 1)..], skipWildcards: false, matched, ref groups);
            return;
        }
        Take(node, matched, ref groups);
        // 'sport/#' also matches 'sport' [MQTT-4.7.1-2].
        if (node.Find("#") is { } parentLevel) Take(parentLevel, matched, ref groups);
    }

    private static void Take(SubscriptionNode node, List<Subscription> matched, ref List<SharedGroup>? groups)
    {
        if (node.Subscriptions is not null) matched.AddRange(node.Subscriptions.Values);
        if (node.Groups is { Count: > 0 }) (groups ??= []).AddRange(node.Groups.Values);
    }

    private void Remove(SubscriptionNode node, Subscription subscription)
    {
        if (subscription.ShareName is not { } name)
        {
            if (node.Subscriptions?.Remove(subscription.Session) == true) Count--;
            return;
        }
        if (node.Groups is null || !node.Groups.TryGetValue(name, out SharedGroup? group)) return;
        int before = group.Members.Length;
        group.Remove(subscription.Session);
        Count -= before - group.Members.Length;
        SharedCount -= before - group.Members.Length;
        if (group.Members.Length == 0) node.Groups.Remove(name);
    }
}
