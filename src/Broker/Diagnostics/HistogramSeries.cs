namespace Broker.Diagnostics;

/// <summary>What a histogram recorded under one set of tags. Any thread.</summary>
/// <param name="bounds">Upper bounds of the buckets, rising; one more bucket takes the rest.</param>
internal sealed class HistogramSeries(double[] bounds)
{
    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _sum;

    /// <summary>Upper bounds of the buckets.</summary>
    public IReadOnlyList<double> Bounds => bounds;

    public void Record(double value)
    {
        int bucket = Array.BinarySearch(bounds, value);
        if (bucket < 0) bucket = ~bucket;
        lock (_lock)
        {
            _counts[bucket]++;
            _sum += value;
        }
    }

    /// <summary>Values up to each bound (the last: all), and their sum, at one moment.</summary>
    public (long[] Cumulative, double Sum) Read()
    {
        long[] cumulative = new long[_counts.Length];
        lock (_lock)
        {
            long count = 0;
            for (int i = 0; i < cumulative.Length; i++) cumulative[i] = count += _counts[i];
            return (cumulative, _sum);
        }
    }
}
