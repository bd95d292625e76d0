namespace Broker.Sessions;

/// <summary>What one session has told the totals of its queue. Guarded by the session's lock.</summary>
/// <param name="totals">Whom it has told.</param>
internal sealed class QueueShare(QueueTotals totals)
{
    private int _messages;
    private long _bytes;

    public QueueTotals Totals { get; } = totals;

    /// <summary>So much waits by now.</summary>
    public void Settle(int messages, long bytes)
    {
        Totals.Add(messages - _messages, bytes - _bytes);
        (_messages, _bytes) = (messages, bytes);
    }
}
