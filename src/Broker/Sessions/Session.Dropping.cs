using System.Diagnostics;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Messages;
using Broker.Persistence.Changes;
using Broker.Protocol;

namespace Broker.Sessions;

/// <summary>
/// What happens when the queue is full: <c>drop_policy</c>. Nothing of it but the question is on the way of a message that fits.
/// </summary>
internal sealed partial class Session
{
    private bool _isDropping;
    private QueueShare? _share;

    /// <summary>The limits of all queues together have changed: says what waits here.</summary>
    public void SettleQueue()
    {
        lock (_lock) SettleShare();
    }

    // Under the lock, after each change of what waits.
    private void SettleShare()
    {
        if (_context.QueueTotals is not { } totals) return;
        if (_share?.Totals != totals) _share = new QueueShare(totals);
        _share.Settle(_hasEnded ? 0 : WaitingCount, _hasEnded ? 0 : WaitingBytes);
    }

    // Whether it is time to drain: the next one has to find nothing waiting while all together are too many.
    private bool SettleOffer()
    {
        SettleShare();
        return _connection is not null && _context.QueueTotals?.ReasonAgainst(1) is not (null or DropReason.None);
    }

    // What has gone for the message is not told to the totals yet.
    private DropReason DropReasonFor(Message message, QualityOfService qos, int gone = 0, long goneBytes = 0)
    {
        if (_hasEnded) return DropReason.SessionEnded;
        SessionLimits limits = _context.Limits;
        if (_connection is null && qos == QualityOfService.AtMostOnce && !limits.QueueQos0Messages) return DropReason.OfflineQos0;
        int waiting = WaitingCount;
        if (waiting >= limits.QueuedMessagesMax) return DropReason.QueueMessages;
        // One message always passes, or a limit below its size would stop the queue for good.
        if (waiting > 0 && WaitingBytes + message.PayloadLength > limits.QueuedBytesMax) return DropReason.QueueBytes;
        if (_context.QueueTotals is not { } totals) return DropReason.None;
        // Whoever is there and takes what comes is not to suffer for the others.
        return waiting == 0 && _connection is not null
            ? DropReason.None
            : totals.ReasonAgainst(message.PayloadLength, gone, goneBytes);
    }

    private bool IsHalfFull =>
        WaitingCount > _context.Limits.QueuedMessagesMax / 2 || WaitingBytes > _context.Limits.QueuedBytesMax / 2;

    private bool BeginsDropping(DropReason reason)
    {
        if (_isDropping || !reason.IsQueueFull()) return false;
        return _isDropping = true;
    }

    // None: there is room now.
    private DropReason MakeRoom(Message message, QualityOfService qos, DropReason reason)
    {
        if (!reason.IsQueueFull()) return reason;
        switch (_context.Limits.DropPolicy)
        {
            case DropPolicy.Reject:
                return DropReason.QueueRejected;
            case DropPolicy.Oldest when CouldHaveRoom(message):
                (int count, long bytes) = (WaitingCount, WaitingBytes);
                while (reason.IsQueueFull() && TryDropOldest(qos))
                    reason = DropReasonFor(message, qos, count - WaitingCount, bytes - WaitingBytes);
                SettleShare();
                return reason;
            default:
                return reason;
        }
    }

    // Whether it would fit if nothing waited here: else what waits would go in vain.
    private bool CouldHaveRoom(Message message) => _connection is not null || _context.QueueTotals is not { } totals
        || totals.ReasonAgainst(message.PayloadLength, WaitingCount, WaitingBytes) == DropReason.None;

    // QoS 0 goes first, and never in the place of what is owed an acknowledgement.
    private bool TryDropOldest(QualityOfService qosOfNew)
    {
        if (_outbox is { HasQos0: true } outbox)
        {
            NoteOldest(in outbox.Qos0);
            outbox.DequeueQos0();
            if (_uncheckedQos0 > 0) _uncheckedQos0--;
            return true;
        }
        if (qosOfNew == QualityOfService.AtMostOnce && !IsQos0Stored) return false;
        return TryDropOldestInMemory() || TryDropOldestInStore();
    }

    private bool TryDropOldestInMemory()
    {
        if (_outbox is not { } outbox || !outbox.TryTakeUnsent(_sentSequence, out OutboxEntry entry)) return false;
        NoteOldest(in entry);
        PassOver(entry.Sequence);
        return true;
    }

    // Of what is in the store only there is no message here, and not always its size.
    private bool TryDropOldestInStore()
    {
        if (!IsQueueStored || _backlog is not { } backlog || backlog.Count <= backlog.SentCount) return false;
        // Nothing is missing between the first that was not sent and the last one.
        int unsent = backlog.Count - backlog.SentCount;
        long oldest = Math.Max(Math.Max(_sentSequence, backlog.ReadThrough), _lastSequence - unsent) + 1;
        // After a crash everything may have been sent, and is the client's to answer.
        if (oldest > _lastSequence) return false;
        Drop(DropReason.QueueOldest);
        TellLostCount(DropReason.QueueOldest, 1);
        backlog.DropOldest();
        PassOver(oldest);
        return true;
    }

    private void NoteOldest(in OutboxEntry entry)
    {
        Drop(DropReason.QueueOldest);
        TellUnsent(TraceWord.Dropped, in entry, DropReason.QueueOldest);
    }

    // It goes before the one that takes its place: what is acknowledged with that one is a queue without this one.
    private void PassOver(long sequence)
    {
        Debug.Assert(sequence > _sentSequence, "what was sent is not dropped");
        _sentSequence = sequence;
        if (IsQueueStored) Store(new DeliveryRemoved(ClientId, sequence));
    }
}
