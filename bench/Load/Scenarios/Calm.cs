using System.Diagnostics;
using Load.Clients;
using Load.Measuring;
using Load.Options;
using Load.Wire;

namespace Load.Scenarios;

/// <summary>
/// Pairs that exchange messages at an even pace, and somebody new now and then: how they fare tells what the others do to them.
/// </summary>
internal sealed class Calm : IDisposable
{
    private const int Window = 4000;

    private static readonly TimeSpan NewcomerPause = TimeSpan.FromSeconds(0.1);

    private readonly Fleet _fleet;
    private readonly Bystanders _newcomers;
    private readonly BrokerProcess _broker;
    private readonly ResidentMemory _memory;
    private readonly double _newcomerSecondsMax;
    private long _from;

    public Calm(LoadOptions options, int pairs, double rate)
    {
        LoadOptions counted = options with { Publishers = pairs, Subscribers = pairs };
        Shape = FleetShape.Of(counted, pairs, pairs, Window) with { Topics = pairs, Layout = Layout.Pairs };
        _newcomerSecondsMax = Math.Max(1, options.BorneMilliseconds / 1000);
        _fleet = new Fleet(options, Shape);
        _broker = new BrokerProcess(options.Pid);
        _memory = new ResidentMemory(_broker, _fleet.Loop);
        _fleet.Subscribe();
        _fleet.ConnectPublishers();
        _newcomers = Bystanders.Come(options, NewcomerPause);
        _fleet.StartPaced(rate);
    }

    public FleetShape Shape { get; }

    public EventLoop Loop => _fleet.Loop;

    /// <summary>The broker's memory.</summary>
    public long ResidentBytes => _broker.ResidentBytes;

    /// <summary>What the broker keeps when nothing moves it any more.</summary>
    public long SettledBytes => _memory.Settle(TimeSpan.FromSeconds(30));

    /// <summary>The most that it has been since the first <see cref="Begin"/>.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>What comes from now on is looked at.</summary>
    public void Begin()
    {
        _newcomers.Take();
        _fleet.Deliveries.Latency.Clear();
        _memory.ForgetPeak();
        _from = Stopwatch.GetTimestamp();
    }

    /// <summary>Until they have what is sent by now: what stood still is not to be missing where it did.</summary>
    public void CatchUp() => _fleet.AwaitDeliveries(_fleet.Owed(_fleet.Sent));

    /// <summary>How they fared since <see cref="Begin"/>.</summary>
    /// <param name="report">Gets the figures.</param>
    /// <param name="prefix">In front of their names.</param>
    /// <returns>Their 99th percentile, microseconds.</returns>
    public double AddTo(Report report, string prefix)
    {
        EchoTimes times = _newcomers.Take();
        LatencyHistogram latency = _fleet.Deliveries.Latency;
        report.Add($"{prefix}_seconds", Stopwatch.GetElapsedTime(_from).TotalSeconds, 1);
        report.Add($"{prefix}_calm_per_second", latency.Count / Stopwatch.GetElapsedTime(_from).TotalSeconds);
        report.Add($"{prefix}_calm_p50_us", latency.Microseconds(0.5));
        report.Add($"{prefix}_calm_p99_us", latency.Microseconds(0.99));
        report.Add($"{prefix}_calm_max_us", latency.MaximumMicroseconds);
        report.Add($"{prefix}_new_clients", times.Whole.Count);
        report.Add($"{prefix}_new_client_max_ms", times.LongestSeconds * 1000, 1);
        report.AddMegabytes($"{prefix}_rss_peak_mb", _memory.PeakBytes);
        PeakBytes = Math.Max(PeakBytes, _memory.PeakBytes);
        SlowestMicroseconds = latency.MaximumMicroseconds;
        if (!times.WereServedWithin(_newcomerSecondsMax)) IsGood = false;
        return latency.Microseconds(0.99);
    }

    /// <summary>The slowest message of the pairs from <see cref="Begin"/> to <see cref="AddTo"/>, microseconds.</summary>
    public double SlowestMicroseconds { get; private set; }

    /// <summary>Whether each new client was served within a second, or within what is borne.</summary>
    public bool IsGood { get; private set; } = true;

    /// <summary>Ends, and holds the broker to what it owes the pairs.</summary>
    public bool End(Report report)
    {
        _fleet.StopPublishers();
        _fleet.AwaitAcks();
        long owed = _fleet.Owed(_fleet.Sent);
        _fleet.AwaitDeliveries(owed);
        long unacknowledged = _fleet.InFlight;
        _newcomers.Dispose();
        _fleet.DisconnectPublishers();
        _fleet.Leave();
        return Verdict.Add(report, _fleet.Acks, _fleet.Deliveries, unacknowledged, owed) && IsGood;
    }

    public void Dispose()
    {
        _newcomers.Dispose();
        _fleet.Dispose();
    }
}
