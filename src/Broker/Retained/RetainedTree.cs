using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Messages;
using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Protocol.Topics;

namespace Broker.Retained;

/// <summary>
/// The retained message of each topic, by topic level (MQTT 5.0 section 3.3.1.3). Thread-safe; takes no lock but the store's.
/// </summary>
internal sealed class RetainedTree
{
    private readonly IStateStore _store;
    private readonly KeptState _kept;
    private readonly Lock _lock = new();
    private readonly RetainedNode _root = new(null, "");
    private long _stamp;
    private long _lastTicket;
    private PeerLimitOptions _limits = new();
    private RetainedOwners? _owners;
    private int _ofClients;
    private long _payloadBytesOfClients;

    /// <param name="store">Where retained messages are kept.</param>
    /// <param name="kept">Whose; null: everybody's.</param>
    public RetainedTree(IStateStore store, KeptState? kept = null) =>
        (_store, _kept) = (store, kept ?? KeptState.Everything);

    /// <summary>Topics with a retained message.</summary>
    public int Count { get; private set; }

    /// <summary>Their payload bytes.</summary>
    public long PayloadBytes { get; private set; }

    /// <summary>Whether no node is left: what is cleared leaves nothing behind.</summary>
    public bool IsEmpty
    {
        get { lock (_lock) return _root.ChildCount == 0; }
    }

    /// <summary>Number of the last change. A replay ends with what was retained up to it.</summary>
    public long Stamp
    {
        get { lock (_lock) return _stamp; }
    }

    /// <summary>What clients may retain from now on.</summary>
    public void SetLimits(PeerLimitOptions limits)
    {
        lock (_lock)
        {
            _limits = limits;
            if (limits is { ClientRetainedMessagesMax: 0, ClientRetainedBytesMax: 0 })
            {
                _owners = null;
                return;
            }
            if (_owners is not null) return;
            _owners = new RetainedOwners();
            CountOwners(_root, _owners);
        }
    }

    /// <summary>Retains a message as <see cref="Set"/> does, unless it takes more room than there is left.</summary>
    /// <param name="message">What.</param>
    /// <param name="ticket">What must be durable before the publisher is answered; 0: nothing.</param>
    /// <param name="limit">The limit that it met.</param>
    public bool TrySet(Message message, out long ticket, out LimitKind limit)
    {
        lock (_lock)
        {
            bool isTaken = HasRoom(message, out limit);
            ticket = isTaken ? SetLocked(message) : 0;
            return isTaken;
        }
    }

    /// <summary>Retains a message, or clears its topic when the payload is empty [MQTT-3.3.1-6].</summary>
    /// <returns>What must be durable before the publisher is answered; 0: nothing.</returns>
    public long Set(Message message)
    {
        lock (_lock) return SetLocked(message);
    }

    /// <summary>A retained message that was committed.</summary>
    public void Restore(Message message)
    {
        lock (_lock) Put(message).IsStored = true;
    }

    /// <summary>Starts the replay of what a filter matches now.</summary>
    public RetainedReplay Replay(Sessions.Subscription subscription) => new(this, _root, subscription, Stamp);

    /// <summary>
    /// What a filter matches now, for nobody's session: a walk that holds the tree's lock from one message to the next, as a
    /// replay does.
    /// </summary>
    public IEnumerable<Message> Find(string filter, long nowUnixMilliseconds)
    {
        RetainedReplay walk = Replay(new Sessions.Subscription { Session = null!, Key = filter, Filter = filter });
        while (walk.TryNext(nowUnixMilliseconds, out Message? message))
        {
            if (message is not null) yield return message;
        }
    }

    /// <summary>Runs one step of a replay under the tree's lock.</summary>
    internal Message? Step(RetainedReplay replay, long nowUnixMilliseconds)
    {
        lock (_lock) return replay.Next(nowUnixMilliseconds);
    }

    /// <summary>Removes what has expired. Others have their turn in between.</summary>
    /// <returns>How many messages.</returns>
    public int Sweep(long nowUnixMilliseconds)
    {
        Stack<(RetainedNode Node, int Slot)> way = new([(_root, 0)]);
        int count = 0;
        while (way.Count > 0)
        {
            lock (_lock) count += SweepSome(way, nowUnixMilliseconds);
        }
        return count;
    }

    // What goes leaves a hole: the slots of the others stay, and a node that is gone has no children.
    private int SweepSome(Stack<(RetainedNode Node, int Slot)> way, long nowUnixMilliseconds)
    {
        int count = 0;
        for (int steps = 0; steps < RetainedReplay.StepsMax && way.TryPop(out (RetainedNode Node, int Slot) at); steps++)
        {
            if (at.Slot < at.Node.SlotCount)
            {
                way.Push((at.Node, at.Slot + 1));
                if (at.Node.ChildAt(at.Slot) is { } child) way.Push((child, 0));
            }
            else if (at.Node.Message is { } message && message.IsExpired(nowUnixMilliseconds))
            {
                Clear(message.Topic.Name);
                count++;
            }
        }
        return count;
    }

    private static void CountOwners(RetainedNode node, RetainedOwners owners)
    {
        if (node.Message is { } message && !message.Topic.IsOfServer) owners.Add(message);
        for (int slot = 0; slot < node.SlotCount; slot++)
        {
            if (node.ChildAt(slot) is { } child) CountOwners(child, owners);
        }
    }

    private long SetLocked(Message message)
    {
        if (message.PayloadLength == 0) return Clear(message.Topic.Name);
        RetainedNode node = Put(message);
        bool wasStored = node.IsStored;
        node.IsStored = IsKept(message);
        if (node.IsStored) return _lastTicket = _store.Append(new RetainedPut(message.ToStored()));
        // An older one must not come back in its place.
        return wasStored ? _lastTicket = _store.Append(new RetainedRemoved(message.Topic.Name)) : 0;
    }

    private bool HasRoom(Message message, out LimitKind limit)
    {
        limit = LimitKind.GlobalMaxRetainedMessages;
        (int countMax, long bytesMax) = (_limits.RetainedMessagesMax, _limits.RetainedBytesMax);
        bool isLimited = countMax > 0 || bytesMax > 0 || _owners is not null;
        if (!isLimited || message.PayloadLength == 0 || message.Topic.IsOfServer) return true;
        Message? before = FindNode(message.Topic.Name)?.Message;
        if (_owners?.HasRoom(message, before, _limits, out limit) == false) return false;
        limit = LimitKind.GlobalMaxRetainedMessages;
        if (before is null && countMax > 0 && _ofClients >= countMax) return false;
        limit = LimitKind.GlobalMaxRetainedBytes;
        int more = message.PayloadLength - (before?.PayloadLength ?? 0);
        return bytesMax == 0 || more <= 0 || _payloadBytesOfClients + more <= bytesMax;
    }

    private RetainedNode? FindNode(string topic)
    {
        RetainedNode? node = _root;
        foreach (ReadOnlySpan<char> level in TopicLevels.Of(topic))
        {
            node = node.Find(level);
            if (node is null) return null;
        }
        return node;
    }

    private void Account(Topic topic, Message? before, Message? now)
    {
        int count = (now is null ? 0 : 1) - (before is null ? 0 : 1);
        int bytes = (now?.PayloadLength ?? 0) - (before?.PayloadLength ?? 0);
        Count += count;
        PayloadBytes += bytes;
        if (topic.IsOfServer) return;
        _ofClients += count;
        _payloadBytesOfClients += bytes;
        if (_owners is null) return;
        if (before is not null) _owners.Remove(before);
        if (now is not null) _owners.Add(now);
    }

    private bool IsKept(Message message) =>
        // What the broker says of itself is out of date when it starts again.
        _store.IsDurable && !message.Topic.IsOfServer && _kept.Of(message.PublisherUser).HasFlag(KeptKinds.Retained);

    private RetainedNode Put(Message message)
    {
        RetainedNode node = _root;
        foreach (ReadOnlySpan<char> level in TopicLevels.Of(message.Topic.Name)) node = node.FindOrAdd(level);
        Account(message.Topic, node.Message, message);
        node.Message = message;
        node.Stamp = ++_stamp;
        return node;
    }

    private long Clear(string topic)
    {
        // Somebody else's clearing, or the end of what was stored, may not be durable yet: this publisher is promised the same.
        if (FindNode(topic) is not { Message: { } message } node) return _lastTicket;
        bool isStored = node.IsStored;
        node.IsStored = false;
        Account(message.Topic, message, now: null);
        node.Message = null;
        _stamp++;
        while (node.Parent is { } parent && node.Message is null && node.ChildCount == 0)
        {
            parent.Remove(node);
            node = parent;
        }
        return isStored ? _lastTicket = _store.Append(new RetainedRemoved(topic)) : _lastTicket;
    }
}
