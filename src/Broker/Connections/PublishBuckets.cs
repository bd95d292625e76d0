namespace Broker.Connections;

/// <summary>A rate of messages and one of bytes, of a client or of an address. Not thread-safe.</summary>
/// <param name="messagesPerSecond">0: no limit.</param>
/// <param name="bytesPerSecond">0: no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class PublishBuckets(int messagesPerSecond, int bytesPerSecond, TimeProvider time)
{
    /// <summary>Who waits is not woken for each message.</summary>
    private const double WakesPerSecondMax = 20;

    private readonly TokenBucket? _messages = messagesPerSecond == 0 ? null : new TokenBucket(messagesPerSecond, time);
    private readonly TokenBucket? _bytes = bytesPerSecond == 0 ? null : new TokenBucket(bytesPerSecond, time);

    /// <summary>Whether a message may come; nothing is taken.</summary>
    public bool HasRoom(long now) => _messages?.Has(1, now) != false && HasBytes(now);

    /// <summary>Whether it is the bytes that are too many.</summary>
    public bool HasBytes(long now) => _bytes?.HasAny(now) != false;

    /// <summary>A message comes. One larger than what is left passes, and is owed.</summary>
    public void Take(int packetBytes)
    {
        _messages?.Spend(1);
        _bytes?.Spend(packetBytes);
    }

    /// <summary>How long it pays to wait.</summary>
    public TimeSpan Pause
    {
        get
        {
            TimeSpan messages = PauseOf(_messages);
            TimeSpan bytes = PauseOf(_bytes);
            return messages > bytes ? messages : bytes;
        }
    }

    /// <summary>Whether it is as if nobody had ever published.</summary>
    public bool AreFull(long now) => _messages?.IsFull(now) != false && _bytes?.IsFull(now) != false;

    private static TimeSpan PauseOf(TokenBucket? bucket) => bucket is null || bucket.IsAmple
        ? TimeSpan.Zero
        : bucket.Until(Math.Max(1.0, bucket.PerSecond / WakesPerSecondMax));
}
