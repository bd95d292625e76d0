using Broker.Messages;
using Broker.Protocol.Topics;
using Broker.Sessions;

namespace Broker.Retained;

/// <summary>
/// A walk over the retained messages that a new subscription matches. It holds a place in the tree, not the messages, and
/// goes on from there each time the session has room, so that 100,000 topics cost a subscriber no memory. What was replaced
/// after the subscription is passed over: that message came live.
/// </summary>
internal sealed class RetainedReplay : IRetainedReplay
{
    /// <summary>So many levels of topics are looked at under one lock, by a thread that has others to serve.</summary>
    internal const int StepsMax = 512;

    private readonly RetainedTree _tree;
    private readonly string[] _levels;
    private readonly long _stamp;
    private readonly Stack<Frame> _frames = new();

    public RetainedReplay(RetainedTree tree, RetainedNode root, Subscription subscription, long stamp)
    {
        _tree = tree;
        _stamp = stamp;
        Subscription = subscription;
        List<string> levels = [];
        foreach (ReadOnlySpan<char> level in TopicLevels.Of(subscription.Filter)) levels.Add(level.ToString());
        _levels = [.. levels];
        _frames.Push(new Frame(root, 0));
    }

    public Subscription Subscription { get; }

    public bool TryNext(long nowUnixMilliseconds, out Message? message)
    {
        message = _tree.Step(this, nowUnixMilliseconds);
        return message is not null || _frames.Count > 0;
    }

    /// <summary>The next message; null at the end, or after <see cref="StepsMax"/>. Under the tree's lock.</summary>
    internal Message? Next(long nowUnixMilliseconds)
    {
        for (int steps = 0; steps < StepsMax && _frames.TryPop(out Frame frame); steps++)
        {
            if (frame.IsUnvisited)
            {
                _frames.Push(frame with { Slot = 0 });
                if (Visit(frame, nowUnixMilliseconds) is { } message) return message;
            }
            else if (NextChild(frame) is { } next)
            {
                _frames.Push(frame with { Slot = next.Slot });
                _frames.Push(next.Child);
            }
        }
        return null;
    }

    private bool IsWildcardRest(int depth) => depth < _levels.Length && _levels[depth] == "#";

    // '#' also matches the parent level [MQTT-4.7.1-2]: a node is hit at the end of the filter, or where '#' is next.
    private Message? Visit(Frame frame, long nowUnixMilliseconds)
    {
        bool isHit = frame.Depth == _levels.Length || frame.IsBelowHash || (IsWildcardRest(frame.Depth) && frame.Depth > 0);
        if (!isHit || frame.Node.Message is not { } message || frame.Node.Stamp > _stamp) return null;
        if (message.IsExpired(nowUnixMilliseconds)) return null;
        return Subscription.NoLocal && message.PublisherId == Subscription.Session.ClientId ? null : message;
    }

    private (int Slot, Frame Child)? NextChild(Frame frame)
    {
        bool isBelowHash = frame.IsBelowHash || IsWildcardRest(frame.Depth);
        if (!isBelowHash && frame.Depth == _levels.Length) return null;
        bool isAnyLevel = isBelowHash || _levels[frame.Depth] == "+";
        if (!isAnyLevel)
        {
            // One child at most: the slot is used as a mark that it was visited.
            RetainedNode? only = frame.Slot == 0 ? frame.Node.Find(_levels[frame.Depth]) : null;
            return only is null ? null : (1, new Frame(only, frame.Depth + 1));
        }
        for (int slot = frame.Slot; slot < frame.Node.SlotCount; slot++)
        {
            if (frame.Node.ChildAt(slot) is not { } child) continue;
            // A wildcard at the first level does not match topics that begin with '$' [MQTT-4.7.2-1].
            if (frame.Depth == 0 && child.Level.StartsWith('$')) continue;
            return (slot + 1, new Frame(child, frame.Depth + 1, isBelowHash));
        }
        return null;
    }

    /// <param name="Node">Where.</param>
    /// <param name="Depth">How many levels of the filter led here.</param>
    /// <param name="IsBelowHash">Everything from here on matches.</param>
    /// <param name="Slot">The child to go on with; -1: the node itself was not looked at.</param>
    private readonly record struct Frame(RetainedNode Node, int Depth, bool IsBelowHash = false, int Slot = -1)
    {
        public bool IsUnvisited => Slot < 0;
    }
}
