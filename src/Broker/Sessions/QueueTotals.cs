using Broker.Configuration;
using Broker.Diagnostics;

namespace Broker.Sessions;

/// <summary>
/// What waits in all sessions together, in memory and in the store, while <c>global_max_queued_messages</c> or
/// <c>global_max_queued_bytes</c> limits it. Each session settles its own share. Thread-safe.
/// </summary>
internal sealed class QueueTotals
{
    private long _messages;
    private long _bytes;
    private long _messagesMax;
    private long _bytesMax;

    /// <summary>Messages that wait.</summary>
    public long Messages => Interlocked.Read(ref _messages);

    /// <summary>Their payload bytes.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The totals that a configuration asks for; null: none.</summary>
    /// <param name="limits">The configuration.</param>
    /// <param name="before">Those that are counted already; null: none are.</param>
    public static QueueTotals? Of(PeerLimitOptions limits, QueueTotals? before)
    {
        if (limits is { GlobalQueuedMessagesMax: 0, GlobalQueuedBytesMax: 0 }) return null;
        QueueTotals totals = before ?? new QueueTotals();
        Volatile.Write(ref totals._messagesMax, LimitOf(limits.GlobalQueuedMessagesMax));
        Volatile.Write(ref totals._bytesMax, LimitOf(limits.GlobalQueuedBytesMax));
        return totals;
    }

    /// <summary>The share of a session has changed.</summary>
    public void Add(int messages, long bytes)
    {
        if (messages != 0) Interlocked.Add(ref _messages, messages);
        if (bytes != 0) Interlocked.Add(ref _bytes, bytes);
    }

    /// <summary>
    /// Why there is no room for a message; None: there is, or as much has gone for it as it takes. It may be other queues that
    /// are too many: no more has to go from one than what comes.
    /// </summary>
    /// <param name="payloadBytes">Of the message.</param>
    /// <param name="gone">So many messages have gone for it, and are counted here still.</param>
    /// <param name="goneBytes">Their payload bytes.</param>
    public DropReason ReasonAgainst(int payloadBytes, int gone = 0, long goneBytes = 0)
    {
        if (gone == 0 && Messages >= Volatile.Read(ref _messagesMax)) return DropReason.QueueGlobalMessages;
        return goneBytes < payloadBytes && Bytes - goneBytes + payloadBytes > Volatile.Read(ref _bytesMax)
            ? DropReason.QueueGlobalBytes
            : DropReason.None;
    }

    private static long LimitOf(long value) => value == 0 ? long.MaxValue : value;
}
