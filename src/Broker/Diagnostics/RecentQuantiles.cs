namespace Broker.Diagnostics;

/// <summary>
/// Quantiles of what a histogram recorded of late: in the last ten seconds or so when it is asked all along, else since it was
/// asked before. One caller at a time.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class RecentQuantiles(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly Queue<(long At, long[] Cumulative)> _before = [];

    /// <summary>Takes what the histogram says now.</summary>
    /// <param name="series">It.</param>
    /// <param name="shares">From 0 to 1, such as 0.99.</param>
    /// <returns>A value for each, by interpolation in its bucket; null: nothing was recorded of late.</returns>
    public double?[] Read(HistogramSeries series, ReadOnlySpan<double> shares)
    {
        (long[] now, _) = series.Read();
        while (_before.Count > 1 && time.GetElapsedTime(_before.Peek().At) > Window) _before.Dequeue();
        long[] before = _before.TryPeek(out var oldest) ? oldest.Cumulative : new long[now.Length];
        _before.Enqueue((time.GetTimestamp(), now));
        double?[] values = new double?[shares.Length];
        for (int i = 0; i < shares.Length; i++) values[i] = Of(shares[i], before, now, series.Bounds);
        return values;
    }

    private static double? Of(double share, long[] before, long[] now, IReadOnlyList<double> bounds)
    {
        long all = now[^1] - before[^1];
        if (all == 0) return null;
        double wanted = share * all;
        long below = 0;
        for (int i = 0; i < bounds.Count; i++)
        {
            long upTo = now[i] - before[i];
            if (upTo >= wanted)
            {
                double lower = i == 0 ? 0 : bounds[i - 1];
                return upTo == below ? bounds[i] : lower + ((bounds[i] - lower) * (wanted - below) / (upTo - below));
            }
            below = upTo;
        }
        return bounds[^1];
    }
}
