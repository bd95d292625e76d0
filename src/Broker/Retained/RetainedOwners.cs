using System.Runtime.InteropServices;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Messages;

namespace Broker.Retained;

/// <summary>
/// How much each client id retains: what it published last (<c>max_retained_messages</c>, <c>max_retained_bytes</c>). Guarded by
/// the tree's lock.
/// </summary>
internal sealed class RetainedOwners
{
    private readonly Dictionary<string, Share> _shares = new(StringComparer.Ordinal);

    /// <summary>Client ids that retain something, for tests.</summary>
    public int Count => _shares.Count;

    /// <summary>A message is retained from now on.</summary>
    public void Add(Message message)
    {
        if (message.PublisherId is not { } owner) return;
        ref Share share = ref CollectionsMarshal.GetValueRefOrAddDefault(_shares, owner, out _);
        share.Messages++;
        share.Bytes += message.PayloadLength;
    }

    /// <summary>It is retained no more.</summary>
    public void Remove(Message message)
    {
        if (message.PublisherId is not { } owner) return;
        ref Share share = ref CollectionsMarshal.GetValueRefOrNullRef(_shares, owner);
        share.Bytes -= message.PayloadLength;
        if (--share.Messages == 0) _shares.Remove(owner);
    }

    /// <summary>Whether a message has room beside what its client retains.</summary>
    /// <param name="message">It.</param>
    /// <param name="before">What it takes the place of, or null.</param>
    /// <param name="limits">How much that may be.</param>
    /// <param name="limit">The limit that it met.</param>
    public bool HasRoom(Message message, Message? before, PeerLimitOptions limits, out LimitKind limit)
    {
        limit = LimitKind.MaxRetainedMessages;
        if (message.PublisherId is not { } owner) return true;
        Share share = _shares.GetValueOrDefault(owner);
        bool isOwn = before?.PublisherId == owner;
        if (!isOwn && limits.ClientRetainedMessagesMax > 0 && share.Messages >= limits.ClientRetainedMessagesMax) return false;
        limit = LimitKind.MaxRetainedBytes;
        int more = message.PayloadLength - (isOwn ? before!.PayloadLength : 0);
        return limits.ClientRetainedBytesMax == 0 || more <= 0 || share.Bytes + more <= limits.ClientRetainedBytesMax;
    }

    private struct Share
    {
        public int Messages;
        public long Bytes;
    }
}
