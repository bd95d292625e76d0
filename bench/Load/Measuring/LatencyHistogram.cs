using System.Diagnostics;
using System.Numerics;

namespace Load.Measuring;

/// <summary>
/// Times in buckets that are at most 1.6 % wide, up to minutes, without keeping each. A time is the upper end of its bucket.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int PartsBits = 6;
    private const int Parts = 1 << PartsBits;

    private readonly long[] _counts = new long[(64 - PartsBits) * Parts];
    private long _maximum;

    public long Count { get; private set; }

    /// <param name="ticks">A time in ticks of the stopwatch.</param>
    public void Record(long ticks)
    {
        if (ticks < 0) ticks = 0;
        if (ticks > _maximum) _maximum = ticks;
        Count++;
        _counts[BucketOf(ticks)]++;
    }

    public void Clear()
    {
        Array.Clear(_counts);
        _maximum = 0;
        Count = 0;
    }

    /// <summary>The time in microseconds that a part of all times does not exceed.</summary>
    /// <param name="part">0.99 for the 99th percentile.</param>
    public double Microseconds(double part)
    {
        long wanted = Math.Max(1, (long)Math.Ceiling(part * Count));
        long seen = 0;
        for (int bucket = 0; bucket < _counts.Length; bucket++)
        {
            seen += _counts[bucket];
            if (seen >= wanted) return ToMicroseconds(Math.Min(EndOf(bucket), _maximum));
        }
        return 0;
    }

    public double MaximumMicroseconds => ToMicroseconds(_maximum);

    private static int BucketOf(long ticks)
    {
        if (ticks < Parts) return (int)ticks;
        int exponent = BitOperations.Log2((ulong)ticks) - PartsBits;
        return (exponent + 1) * Parts + (int)(ticks >> exponent) - Parts;
    }

    private static long EndOf(int bucket)
    {
        if (bucket < Parts) return bucket;
        int exponent = bucket / Parts - 1;
        long start = (long)(bucket % Parts + Parts) << exponent;
        return start + (1L << exponent) - 1;
    }

    private static double ToMicroseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;
}
