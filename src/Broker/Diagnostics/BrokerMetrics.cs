using System.Diagnostics.Metrics;

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
