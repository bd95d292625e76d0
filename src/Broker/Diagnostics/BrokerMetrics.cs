using System.Diagnostics.Metrics;
using Broker.Persistence;

namespace Broker.Diagnostics;

/// <summary>Owns the meter of the broker. Methods are verbs of the domain; tags are closed enums built once.</summary>
internal sealed class BrokerMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Broker";

    private static readonly DropReason[] DropReasons = Enum.GetValues<DropReason>();

    private readonly Meter _meter = new(MeterName);
    private readonly long[] _dropped = new long[DropReasons.Length];
    private long _connectionsOpen;

    public BrokerMetrics()
    {
        _meter.CreateObservableCounter(
            "broker.messages.dropped", ObserveDropped, unit: "{message}", description: "Messages not delivered, by reason.");
        _meter.CreateObservableUpDownCounter(
            "broker.connections", () => ConnectionsOpen, unit: "{connection}", description: "Clients connected.");
    }

    /// <summary>Whether the broker is ready, for a load balancer and an alert.</summary>
    public void Observe(Readiness readiness) => _meter.CreateObservableUpDownCounter(
        "broker.ready", () => readiness.IsReady ? 1 : 0, unit: "1",
        description: "1: the listeners are open and the store takes commits.");

    /// <summary>How long the certificates of the listeners are good for.</summary>
    /// <param name="certificates">File and end of each that is in use now; asked at each observation.</param>
    /// <param name="time">The clock.</param>
    public void ObserveCertificates(Func<IEnumerable<(string File, DateTimeOffset NotAfter)>> certificates, TimeProvider time) =>
        _meter.CreateObservableGauge(
            "broker.tls.certificate.remaining",
            () => certificates().Select(certificate => new Measurement<double>(
                (certificate.NotAfter - time.GetUtcNow()).TotalDays,
                new KeyValuePair<string, object?>("certfile", certificate.File))),
            unit: "d", description: "Days until a certificate of a listener expires; negative: it has.");

    /// <summary>What durability costs, and what it was spared.</summary>
    public void Observe(StoreCounters counters)
    {
        _meter.CreateObservableCounter(
            "broker.store.commits", () => counters.Commits, unit: "{commit}", description: "Transactions committed.");
        _meter.CreateObservableCounter(
            "broker.store.rows.written", () => counters.RowsWritten, unit: "{row}",
            description: "Rows inserted, changed and deleted.");
        _meter.CreateObservableCounter(
            "broker.store.rows.elided", () => counters.RowsElided, unit: "{row}",
            description: "Rows that were replaced or removed before they were written.");
    }

    /// <summary>Clients that are connected now.</summary>
    public long ConnectionsOpen => Volatile.Read(ref _connectionsOpen);

    /// <summary>A message was not delivered.</summary>
    public void MessageDropped(DropReason reason, long count = 1) => Interlocked.Add(ref _dropped[(int)reason], count);

    /// <summary>How many were dropped for this reason since the start.</summary>
    public long Dropped(DropReason reason) => Volatile.Read(ref _dropped[(int)reason]);

    /// <summary>A client's CONNECT was accepted.</summary>
    public void ConnectionOpened() => Interlocked.Increment(ref _connectionsOpen);

    /// <summary>A client that was accepted is gone.</summary>
    public void ConnectionClosed() => Interlocked.Decrement(ref _connectionsOpen);

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> ObserveDropped()
    {
        for (int i = 1; i < DropReasons.Length; i++)
        {
            yield return new Measurement<long>(
                Volatile.Read(ref _dropped[i]), new KeyValuePair<string, object?>("reason", DropReasons[i].ToString()));
        }
    }
}
