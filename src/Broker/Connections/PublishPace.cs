namespace Broker.Connections;

/// <summary>How fast one client may publish: <c>publish_rate</c>. Read loop only.</summary>
internal sealed class PublishPace(int perSecond, TimeProvider time)
{
    /// <summary>A client that is fast is not woken for each message.</summary>
    private const int WakesPerSecondMax = 20;

    private readonly TokenBucket _bucket = new(perSecond, time);

    public int PerSecond => _bucket.PerSecond;

    /// <summary>Whether the PUBLISH at hand may be taken now.</summary>
    public bool TryTake() => _bucket.TryTake(time.GetTimestamp());

    /// <summary>For how long nothing is read when it may not.</summary>
    public TimeSpan Pause => _bucket.Until(Math.Max(1.0, perSecond / (double)WakesPerSecondMax));
}
