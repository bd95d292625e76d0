namespace Broker.Connections;

/// <summary>
/// So many a second, and as many at once. What is refused takes nothing: whoever goes on trying is not kept out for longer. Not
/// thread-safe. Instants are those of <see cref="TimeProvider.GetTimestamp"/>.
/// </summary>
internal sealed class TokenBucket
{
    private readonly long _frequency;
    private double _tokens;
    private long _at;

    /// <summary>Starts full.</summary>
    /// <param name="perSecond">1 or more.</param>
    /// <param name="time">The clock.</param>
    public TokenBucket(int perSecond, TimeProvider time)
    {
        (PerSecond, _tokens) = (perSecond, perSecond);
        (_frequency, _at) = (time.TimestampFrequency, time.GetTimestamp());
    }

    public int PerSecond { get; }

    /// <summary>Takes one; false: there is none.</summary>
    public bool TryTake(long now)
    {
        Fill(now);
        if (_tokens < 1) return false;
        _tokens--;
        return true;
    }

    /// <summary>Gives back one that was taken for nothing.</summary>
    public void GiveBack() => _tokens = Math.Min(PerSecond, _tokens + 1);

    /// <summary>Whether there are so many; none is taken.</summary>
    public bool Has(double count, long now)
    {
        Fill(now);
        return _tokens >= count;
    }

    /// <summary>Whether anything is left: what takes more may then, and the rest is owed.</summary>
    public bool HasAny(long now)
    {
        Fill(now);
        return _tokens > 0;
    }

    /// <summary>Takes so many, also more than there are.</summary>
    public void Spend(double count) => _tokens -= count;

    /// <summary>Whether there was enough for anybody when it was looked at last.</summary>
    public bool IsAmple => _tokens >= 1;

    /// <summary>Whether it is as if nobody had ever taken one.</summary>
    public bool IsFull(long now)
    {
        Fill(now);
        return _tokens >= PerSecond;
    }

    /// <summary>How long until there are so many.</summary>
    public TimeSpan Until(double count) => TimeSpan.FromSeconds(Math.Max(0, count - _tokens) / PerSecond);

    private void Fill(long now)
    {
        if (now <= _at) return;
        _tokens = Math.Min(PerSecond, _tokens + ((double)(now - _at) / _frequency * PerSecond));
        _at = now;
    }
}
