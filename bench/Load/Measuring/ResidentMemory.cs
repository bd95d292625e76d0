using System.Diagnostics;
using Load.Wire;

namespace Load.Measuring;

/// <summary>Watches the broker's resident memory while the loop runs.</summary>
internal sealed class ResidentMemory : IDisposable
{
    private const double StableSeconds = 3;
    private const long StableBytes = 2 * 1024 * 1024;

    private static readonly long SampleTicks = Stopwatch.Frequency / 10;

    private readonly BrokerProcess _broker;
    private readonly EventLoop _loop;
    private long _sampleAt;

    public ResidentMemory(BrokerProcess broker, EventLoop loop)
    {
        _broker = broker;
        _loop = loop;
        if (broker.IsKnown) loop.Tick += Sample;
    }

    /// <summary>The most that was seen since <see cref="ForgetPeak"/>.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Looks no more: the process may be gone.</summary>
    public void Dispose() => _loop.Tick -= Sample;

    public void ForgetPeak() => PeakBytes = _broker.ResidentBytes;

    /// <summary>Waits until the figure has moved by less than 2 MB for three seconds: a collector takes its time.</summary>
    /// <param name="limit">Waits no longer.</param>
    /// <param name="stableSeconds">
    /// In place of three: after a rush the broker waits for three quiet seconds, collects, and waits once more to compact.
    /// </param>
    public long Settle(TimeSpan limit, double stableSeconds = StableSeconds)
    {
        if (!_broker.IsKnown) return 0;
        long end = Stopwatch.GetTimestamp() + (long)(limit.TotalSeconds * Stopwatch.Frequency);
        while (true)
        {
            long lowest = _broker.ResidentBytes;
            long highest = lowest;
            _loop.RunUntil(
                () =>
                {
                    long now = _broker.ResidentBytes;
                    lowest = Math.Min(lowest, now);
                    highest = Math.Max(highest, now);
                    return highest - lowest > StableBytes;
                },
                TimeSpan.FromSeconds(stableSeconds));
            if (highest - lowest <= StableBytes || Stopwatch.GetTimestamp() >= end) return _broker.ResidentBytes;
        }
    }

    private void Sample()
    {
        long now = Stopwatch.GetTimestamp();
        if (now < _sampleAt) return;
        _sampleAt = now + SampleTicks;
        PeakBytes = Math.Max(PeakBytes, _broker.ResidentBytes);
    }
}
