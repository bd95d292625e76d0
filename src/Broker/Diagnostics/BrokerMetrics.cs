using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Broker.Configuration;
using Broker.Protocol;

namespace Broker.Diagnostics;

/// <summary>
/// Owns the meter of the broker. Methods are verbs of the domain; tags are closed enums, and the listeners of the configuration.
/// What a message is counted by is in <see cref="Traffic"/>, which is no instrument but read by some.
/// </summary>
internal sealed partial class BrokerMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Broker";

    private readonly EnumCounts<DropReason> _dropped = new("reason");
    private readonly EnumCounts<ReasonCode> _connectsRefused = new("reason");
    private readonly EnumCounts<LimitKind> _limitsMet = new("limit");
    private readonly EnumCounts<CloseKind> _disconnects = new("reason");
    private readonly EnumCounts<BanKind> _bansMet = new("as");
    private readonly EnumCounts<BanMaker> _bansMade = new("by");
    private readonly ConcurrentDictionary<(int Port, string? Where), ListenerCounts> _listeners = new();
    private long _connectionsOpen;
    private long _connectionsRefused;
    private long _sessionsExpired;
    private long _takeovers;
    private long _takeoversDelayed;
    private long _takeoverLoops;
    private long _deliveriesRestored;
    private long _repeatedPublications;

    public BrokerMetrics()
    {
        CreateConnectionInstruments();
        CreateTrafficInstruments();
        CreateProcessInstruments();
    }

    /// <summary>Packets, bytes and deliveries.</summary>
    public Traffic Traffic { get; } = new();

    /// <summary>Counts of the topics of <c>metrics_topic</c>; null: there are none.</summary>
    public TopicCounts? Topics { get; private set; }

    /// <summary>Who follows what happens, live.</summary>
    public Traces Traces { get; } = new();

    /// <summary>What the instruments belong to, for who listens to them.</summary>
    public Meter Meter { get; } = new(MeterName);

    /// <summary>Clients that are connected now.</summary>
    public long ConnectionsOpen => Volatile.Read(ref _connectionsOpen);

    /// <summary>Connections that listeners have accepted since the start.</summary>
    public long ConnectionsAccepted => _listeners.Values.Sum(static listener => listener.AcceptedCount);

    /// <summary>CONNECTs that were accepted since the start.</summary>
    public long Connects => _listeners.Values.Sum(static listener => listener.ConnectCount);

    /// <summary>Sessions that have ended because nobody came back for them in time.</summary>
    public long SessionsExpired => Volatile.Read(ref _sessionsExpired);

    /// <summary>Client ids that are fought over now.</summary>
    public long TakeoverLoops => Volatile.Read(ref _takeoverLoops);

    /// <summary>Deliveries that a store brought along from an earlier process.</summary>
    public long DeliveriesRestored => Volatile.Read(ref _deliveriesRestored);

    /// <summary>A message was not delivered, or not let in.</summary>
    public void MessageDropped(DropReason reason, long count = 1) => _dropped.Add(reason, count);

    /// <summary>How many were dropped for this reason since the start.</summary>
    public long Dropped(DropReason reason) => _dropped[reason];

    /// <summary>QoS 2 that was received before came again: it is answered and goes nowhere.</summary>
    public void PublicationRepeated() => Interlocked.Increment(ref _repeatedPublications);

    /// <summary>There is such a listener: its counts begin at zero and not with its first client.</summary>
    public void Expect(ListenerOptions listener) => CountsOf(listener);

    /// <summary>A listener accepted a connection.</summary>
    public void ConnectionAccepted(ListenerOptions listener) => CountsOf(listener).Accepted();

    /// <summary>A connection was closed at once: there is no place for anybody. What one address may have is another
    /// matter.</summary>
    public void ConnectionRefused() => Interlocked.Increment(ref _connectionsRefused);

    /// <summary>How many since the start.</summary>
    public long ConnectionsRefused => Volatile.Read(ref _connectionsRefused);

    /// <summary>A peer met a limit of ours.</summary>
    public void LimitMet(LimitKind kind) => _limitsMet.Add(kind);

    /// <summary>How often since the start.</summary>
    public long LimitsMet(LimitKind kind) => _limitsMet[kind];

    /// <summary>Somebody who is banned was not let in.</summary>
    public void BanMet(BanKind kind) => _bansMet.Add(kind);

    /// <summary>How often since the start.</summary>
    public long BansMet(BanKind kind) => _bansMet[kind];

    /// <summary>A ban was made, or replaced another one.</summary>
    public void BanMade(BanMaker maker) => _bansMade.Add(maker);

    /// <summary>A client's CONNECT was accepted.</summary>
    public void ConnectionOpened(ListenerOptions listener, ProtocolVersion version)
    {
        CountsOf(listener).Opened(version);
        Interlocked.Increment(ref _connectionsOpen);
    }

    /// <summary>A client's CONNECT was refused.</summary>
    public void ConnectRefused(ReasonCode reason) => _connectsRefused.Add(reason);

    /// <summary>A client that was accepted is gone.</summary>
    public void ConnectionClosed(ListenerOptions listener, ProtocolVersion version, CloseKind kind)
    {
        CountsOf(listener).Closed(version);
        _disconnects.Add(kind);
        Interlocked.Decrement(ref _connectionsOpen);
    }

    /// <summary>A user name and password, or their absence, were judged.</summary>
    /// <param name="duration">How long that took, the wait for a place to compute the hash included.</param>
    /// <param name="method">What decided.</param>
    /// <param name="isAllowed">How it ended.</param>
    public void Authenticated(TimeSpan duration, AuthenticationMethod method, bool isAllowed) =>
        _authentication.Record(duration.TotalSeconds, isAllowed ? Allowed : Denied, MethodTags[(int)method]);

    /// <summary>A session has ended because nobody came back for it in time.</summary>
    public void SessionExpired() => Interlocked.Increment(ref _sessionsExpired);

    /// <summary>A client connected with the client id of one that was connected.</summary>
    public void SessionTakenOver() => Interlocked.Increment(ref _takeovers);

    /// <summary>A CONNECT waits, because its client id is fought over.</summary>
    public void TakeoverDelayed() => Interlocked.Increment(ref _takeoversDelayed);

    /// <summary>A client id is fought over from now on, or (-1) not any more.</summary>
    public void TakeoverLoopCounted(int change) => Interlocked.Add(ref _takeoverLoops, change);

    /// <summary>A session came from the store with messages that wait.</summary>
    public void DeliveryRestored(long count) => Interlocked.Add(ref _deliveriesRestored, count);

    /// <summary>A tick of the heartbeat began later than it was due.</summary>
    public void HeartbeatDelayed(TimeSpan delay) => _heartbeatDelay.Record(Math.Max(0, delay.TotalSeconds));

    public void Dispose() => Meter.Dispose();

    private ListenerCounts CountsOf(ListenerOptions listener) =>
        _listeners.GetOrAdd(listener.Key, static (_, options) => new ListenerCounts(options.Name), listener);
}
