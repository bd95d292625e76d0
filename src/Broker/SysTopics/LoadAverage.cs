namespace Broker.SysTopics;

/// <summary>
/// A rate per minute, averaged over some minutes in the way of a system's load: what is old counts exponentially less.
/// </summary>
/// <param name="minutes">Over how many.</param>
internal sealed class LoadAverage(int minutes)
{
    private double _published;

    /// <summary>Events per minute.</summary>
    public double Value { get; private set; }

    /// <summary>So many events came in so much time.</summary>
    /// <returns>Whether the average has moved by a hundredth or more since the last time that it had.</returns>
    public bool Add(double events, TimeSpan elapsed)
    {
        double rate = events * 60 / elapsed.TotalSeconds;
        double kept = Math.Exp(-elapsed.TotalSeconds / (minutes * 60.0));
        Value = rate + (kept * (Value - rate));
        if (Math.Abs(Value - _published) < 0.01) return false;
        _published = Value;
        return true;
    }
}
