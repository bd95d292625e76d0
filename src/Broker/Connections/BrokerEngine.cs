using System.Collections.Concurrent;
using System.IO.Pipelines;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Lifecycle;
using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Persistence.Loading;
using Broker.Retained;
using Broker.Routing;
using Broker.Security;
using Broker.Sessions;

namespace Broker.Connections;

/// <summary>What the engine is given: everything that has a lifetime of its own.</summary>
internal sealed record EngineServices(IStateStore Store, Authenticator Authenticator, TimeProvider Time, ILoggerFactory Loggers)
{
    /// <summary>The access lists; default: none.</summary>
    public AccessControl Access { get; init; } = AccessControl.Open;

    /// <summary>
    /// After so many bytes without a pause, or deliveries that cost as much, a client goes on from the pool: it is the turn of
    /// others whose sockets its thread serves.
    /// </summary>
    public long TurnBytes { get; init; } = 128 * 1024;
}

/// <summary>
/// The broker without its sockets: holds the parts that connections share and serves a connection over any duplex pipe.
/// </summary>
internal sealed partial class BrokerEngine : IHeartbeatListener, IDisposable
{
    private readonly ConcurrentDictionary<MqttConnection, byte> _connections = new();
    private readonly SessionContext _sessionContext;
    private BrokerOptions _options;
    private long _optionsGeneration;
    private long _retainSweepMilliseconds;
    private long _retainSweptAt = long.MinValue / 2;
    private volatile bool _isStopping;
    private volatile AccessControl _access;

    public BrokerEngine(BrokerOptions options, EngineServices services)
    {
        _options = options;
        Store = services.Store;
        Authenticator = services.Authenticator;
        _access = services.Access;
        Time = services.Time;
        TurnBytes = services.TurnBytes;
        Logger = services.Loggers.CreateLogger("Broker");
        Metrics = new BrokerMetrics();
        foreach (ListenerOptions listener in options.Listeners) Metrics.Expect(listener);
        if (!options.MetricsTopics.IsEmpty) Metrics.Observe(new TopicCounts(options.MetricsTopics));
        Retained = new RetainedTree(Store, options.Persistence.Kept);
        Retained.SetLimits(options.Limits.Peers);
        Router = new MessageRouter(new SubscriptionTree(options.Limits.AllowDuplicateMessages), Retained, Metrics, Logger);
        Heartbeat = new Heartbeat(Time, Metrics.HeartbeatDelayed);
        SessionContext context = new(new SessionLimits(options.Limits), Store, Metrics, Time)
        {
            Heartbeat = Heartbeat,
            RetainedSources = RetainedSourcesOf(options),
            Kept = options.Persistence.Kept,
            QueueTotals = QueueTotals.Of(options.Limits.Peers, before: null),
        };
        Sessions = new SessionLifecycle(Router, context, options, Logger);
        _sessionContext = context;
        Gate = new ConnectionGate(this);
        Lines = new AdmissionLines(Time, options.Limits.Peers);
        Metrics.Observe(Lines.Figures);
        SetRetainSweep(options.Limits);
        Figures = new SharedReading<EngineFigures>(ReadFigures, Time);
        Metrics.Observe(Figures);
        Metrics.Observe(Authenticator.Surroundings.Jwks);
        Metrics.Observe(Authenticator.Surroundings.Http);
        Heartbeat.Register(Sessions);
        Heartbeat.Register(this);
        Takeovers = new TakeoverWatch(this);
        Heartbeat.Register(Takeovers);
        Peers = new PeerLimits(this);
        Heartbeat.Register(Peers);
        Bans = new BanGate(this);
        Heartbeat.Register(Bans.List);
        Metrics.Observe(Bans.List.CountOf);
        Flapping = new FlappingWatch(this);
        Heartbeat.Register(Flapping);
        FailedLogins = new FailedLogins(this);
        Heartbeat.Register(FailedLogins);
        Heartbeat.Register(Authenticator);
    }

    /// <summary>What holds now; a reload swaps it.</summary>
    public BrokerOptions Options => Volatile.Read(ref _options);

    /// <summary>Whoever lets a client in holds it, for the moment in which a reload must not come between.</summary>
    public Lock Admission { get; } = new();

    /// <summary>Moves on with each reload, after the new options are in force.</summary>
    public long OptionsGeneration => Interlocked.Read(ref _optionsGeneration);

    /// <summary><see cref="EngineServices.TurnBytes"/>.</summary>
    public long TurnBytes { get; }

    public IStateStore Store { get; }

    public Authenticator Authenticator { get; }

    /// <summary>The access lists of now.</summary>
    public AccessControl Access => _access;

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public BrokerMetrics Metrics { get; }

    public RetainedTree Retained { get; }

    public MessageRouter Router { get; }

    public SessionLifecycle Sessions { get; }

    public Heartbeat Heartbeat { get; }

    /// <summary>Client ids that several clients have at once.</summary>
    public TakeoverWatch Takeovers { get; }

    /// <summary>Where those wait who come faster than they can be let in.</summary>
    public AdmissionLines Lines { get; }

    /// <summary>How many connections there may be.</summary>
    public ConnectionGate Gate { get; }

    /// <summary>What one address and one user may have.</summary>
    public PeerLimits Peers { get; }

    /// <summary>Who may not connect.</summary>
    public BanGate Bans { get; }

    /// <summary>Client ids whose connections end too often.</summary>
    public FlappingWatch Flapping { get; }

    /// <summary>Addresses that give wrong passwords too often.</summary>
    public FailedLogins FailedLogins { get; }

    /// <summary>What the engine holds.</summary>
    public SharedReading<EngineFigures> Figures { get; }

    /// <summary>Monotonic clock, milliseconds, up to a second old.</summary>
    public long CoarseMilliseconds => Heartbeat.CoarseMilliseconds;

    /// <summary>
    /// Connections that are served now, with or without CONNECT. Those that come and go meanwhile may be missed.
    /// </summary>
    public IEnumerable<MqttConnection> Connections => _connections.Select(static pair => pair.Key);

    /// <summary>How many there are.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>
    /// Brings what was committed into memory and meets the deadlines that passed while the broker was down. Before any
    /// connection is served.
    /// </summary>
    public async Task<LoadedState> LoadAsync(StoredState state)
    {
        LoadedState loaded = await new StateLoading(Sessions, Retained, _sessionContext, Access).LoadAsync(state);
        Sessions.OnTick(CoarseMilliseconds);
        IReadOnlyList<BanPut> unknown = await Bans.List.LoadAsync(state);
        return loaded with { Bans = Bans.List.Count, UnknownBans = unknown };
    }

    /// <summary>The listeners are open. Once, after what was committed is loaded.</summary>
    public void BeginServing() => Sessions.BeginServing();

    /// <summary>
    /// Takes over new options. Limits hold for what happens from now on; a client that would not be let in any more is
    /// disconnected. The authenticator has been reloaded before.
    /// </summary>
    /// <param name="options">With the listeners that run now, in their order (<see cref="RestartOnly"/>).</param>
    public void Apply(BrokerOptions options)
    {
        Volatile.Write(ref _options, options);
        _sessionContext.Limits = new SessionLimits(options.Limits);
        _sessionContext.RetainedSources = RetainedSourcesOf(options);
        LimitQueues(options.Limits.Peers);
        Gate.SetMax(options.Limits.ConnectionsMax);
        Lines.Use(options.Limits.Peers);
        Sessions.SetLimits(options.Limits);
        Retained.SetLimits(options.Limits.Peers);
        Router.Subscriptions.SetDuplicates(options.Limits.AllowDuplicateMessages);
        SetRetainSweep(options.Limits);
        // A client that is being let in is either among those below, or sees that it has to be looked at again.
        lock (Admission) Interlocked.Increment(ref _optionsGeneration);
        foreach ((MqttConnection connection, _) in _connections) connection.OnReload();
        Authenticator.ForgetBefore();
    }

    /// <summary>Serves one connection until it ends. Does not throw for anything a peer can do.</summary>
    public Task ServeAsync(IDuplexPipe transport, IConnectionOrigin origin)
    {
        if (Bans.RefusesAccept(origin.Address)) return CompleteAsync(transport);
        if ((origin.Place ?? Gate.TryEnter(origin)) is not { } place) return CompleteAsync(transport);
        if (!Gate.TryEnterAddress(place, origin))
        {
            place.Leave();
            return CompleteAsync(transport);
        }
        if (Options.Logging.ConnectionMessages) Log.NewConnection(Logger, origin.RemoteAddress, origin.Listener.Port);
        var connection = new MqttConnection(this, origin, transport, place);
        _connections.TryAdd(connection, 0);
        if (_isStopping) connection.CloseForShutdown();
        return connection.RunAsync();
    }

    /// <summary>
    /// From now on these access lists hold: for what is published, delivered, replayed and left as a will, of connected clients
    /// and of sessions that wait for theirs. Who connects meanwhile asks again itself.
    /// </summary>
    public void Use(AccessControl access)
    {
        _access = access;
        Interlocked.MemoryBarrier();
        foreach ((MqttConnection connection, _) in _connections) connection.Use(access);
        Sessions.Use(access);
    }

    /// <summary>A connection has ended: its place is free.</summary>
    public void Leave(MqttConnection connection)
    {
        _connections.TryRemove(connection, out _);
        connection.Place.Leave();
        if (connection.Quota is { } quota) Peers.Leave(quota);
        Takeovers.OnEnded(connection, connection.Session?.ClientId);
    }

    /// <summary>Says goodbye to every client. Connections end by themselves after it.</summary>
    public void BeginStop()
    {
        _isStopping = true;
        foreach ((MqttConnection connection, _) in _connections) connection.CloseForShutdown();
    }

    /// <summary>Publishes what waits for its delay, when the last client is gone.</summary>
    public void EndStop() => Sessions.PublishDelayedWills();

    public void OnTick(long nowMilliseconds)
    {
        foreach ((MqttConnection connection, _) in _connections) connection.OnTick(nowMilliseconds);
        long sweepMilliseconds = Volatile.Read(ref _retainSweepMilliseconds);
        if (sweepMilliseconds == 0 || nowMilliseconds - _retainSweptAt < sweepMilliseconds) return;
        _retainSweptAt = nowMilliseconds;
        Retained.Sweep(Time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    public void Dispose()
    {
        Heartbeat.Dispose();
        Lines.Dispose();
        Metrics.Dispose();
    }

    private void LimitQueues(PeerLimitOptions limits)
    {
        QueueTotals? before = _sessionContext.QueueTotals;
        QueueTotals? totals = QueueTotals.Of(limits, before);
        _sessionContext.QueueTotals = totals;
        // Sessions that are made meanwhile count for themselves.
        if (totals is not null && totals != before) Sessions.SettleQueues();
    }

    private void SetRetainSweep(LimitOptions limits) =>
        Volatile.Write(ref _retainSweepMilliseconds, (long)(limits.RetainExpirySweep?.TotalMilliseconds ?? 0));

    private RetainedSources? RetainedSourcesOf(BrokerOptions options) =>
        options.ChecksRetainSource ? new RetainedSources(() => Access) : null;

    private EngineFigures ReadFigures() =>
        Sessions.ReadFigures() with { Retained = Retained.Count, RetainedBytes = Retained.PayloadBytes };

    private static async Task CompleteAsync(IDuplexPipe transport)
    {
        await transport.Input.CompleteAsync();
        await transport.Output.CompleteAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.NewConnection, LogLevel.Information, "New connection from {Address} on port {Port}.")]
        internal static partial void NewConnection(ILogger logger, string address, int port);
    }
}
