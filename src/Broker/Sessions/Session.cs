using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Persistence.Changes;

namespace Broker.Sessions;

/// <summary>
/// The state that a client id has in the broker, with or without a connection (MQTT 5.0 section 4.1). All members are
/// thread-safe: one private lock, no waiting under it, and nothing called under it but the leaves (store, retained tree).
/// </summary>
internal sealed partial class Session
{
    /// <summary>Session Expiry Interval of a session that never expires [MQTT-3.1.2-23].</summary>
    public const uint NeverExpires = uint.MaxValue;

    private readonly SessionContext _context;
    private readonly Lock _lock = new();
    private ISessionConnection? _connection;
    private bool _hasEnded;
    private bool _isInStore;
    private KeptKinds? _kept;

    public Session(string clientId, SessionContext context)
    {
        ClientId = clientId;
        _context = context;
    }

    public string ClientId { get; }

    /// <summary>Who authenticated last, or null.</summary>
    public string? UserName { get; private set; }

    /// <summary>Session Expiry Interval in seconds; 0: ends with its connection.</summary>
    public uint ExpirySeconds { get; private set; }

    /// <summary>Whether it outlives its connection.</summary>
    public bool IsPersistent => ExpirySeconds > 0;

    /// <summary>Whether it is over; its client id may have another session by now.</summary>
    public bool HasEnded
    {
        get { lock (_lock) return _hasEnded; }
    }

    public bool IsConnected
    {
        get { lock (_lock) return _connection is not null; }
    }

    /// <summary>Whether this connection serves it now; an ended session is served by none.</summary>
    public bool IsServedBy(ISessionConnection connection)
    {
        lock (_lock) return _connection == connection;
    }

    /// <summary>Stamp of the last attach or detach; a timer that was set before it is void.</summary>
    public long Epoch { get; private set; }

    /// <summary>The will of the connected client; null: none, published, or taken back.</summary>
    public Will? Will { get; private set; }

    /// <summary>A connection starts to serve the session.</summary>
    /// <returns>What must be durable before the client may be answered; 0: nothing.</returns>
    public long Attach(ISessionConnection connection, in AttachOptions options)
    {
        lock (_lock)
        {
            UserName = options.UserName;
            Listener = options.Listener;
            Grant = options.Grant;
            TakeAccess(options.Access);
            // Behind it: who sees the connection sees what its client may read.
            Volatile.Write(ref _connection, connection);
            Epoch++;
            _kept ??= _context.Kept.Of(options.UserName);
            ExpirySeconds = options.ExpirySeconds;
            Will = options.Will;
            IsOrphan = false;
            _sendQuota = Math.Min(options.ReceiveMaximum, _context.Limits.InflightMessagesMax);
            _acks?.Clear();
            _receipts?.BeginConnection();
            _window?.Rewind();
            _backlog?.Abandon();
            return _context.Store.IsDurable ? AppendAttached() : 0;
        }
    }

    /// <summary>Who is served by, for taking over; the session is away afterwards.</summary>
    public ISessionConnection? TakeOver(out Will? will)
    {
        lock (_lock)
        {
            ISessionConnection? previous = _connection;
            will = Will;
            Leave();
            Will = null;
            return previous;
        }
    }

    /// <summary>A connection stops serving the session.</summary>
    /// <param name="connection">Which; another one may have taken over meanwhile.</param>
    /// <param name="expirySeconds">A Session Expiry Interval given in DISCONNECT, or null [MQTT-3.14.2-2].</param>
    /// <returns>False when the session no longer belonged to this connection: nothing was done.</returns>
    public bool Detach(ISessionConnection connection, uint? expirySeconds)
    {
        lock (_lock)
        {
            if (_connection != connection) return false;
            if (expirySeconds is { } seconds) ExpirySeconds = seconds;
            Leave();
            if (IsStored) AppendAway(_context.NowUnixMilliseconds);
            return true;
        }
    }

    /// <summary>The will was published or is no longer wanted.</summary>
    public Will? TakeWill()
    {
        lock (_lock)
        {
            Will? will = Will;
            Will = null;
            if (will is not null && _isInStore) _context.Store.Append(new WillRemoved(ClientId));
            return will;
        }
    }

    /// <summary>The session is over: what waits is dropped and counted, nothing more is taken.</summary>
    /// <param name="ticket">What must be durable before the client may be told that it is gone; 0: nothing.</param>
    /// <returns>Its subscriptions, to be taken out of the tree.</returns>
    public Subscription[] End(out long ticket)
    {
        lock (_lock)
        {
            _hasEnded = true;
            _connection = null;
            Epoch++;
            _context.Metrics.MessageDropped(DropReason.SessionEnded, TotalCount);
            TellLost(DropReason.SessionEnded, TotalCount, isQos0Only: false);
            _outbox = null;
            _backlog?.Abandon();
            _replays = null;
            _acks?.Clear();
            ticket = AppendRemoved();
            Subscription[] subscriptions = _subscriptions is null ? [] : [.. _subscriptions.Values];
            _subscriptions = null;
            SettleShare();
            return subscriptions;
        }
    }

    private void Leave()
    {
        _connection = null;
        Epoch++;
        _acks?.Clear();
        if (IsQueueStored) LeaveToStore();
        else _window?.Rewind();
        if (_outbox is not null && (!_context.Limits.QueueQos0Messages || !IsPersistent))
        {
            TellLost(DropReason.OfflineQos0, _outbox.Qos0Count, isQos0Only: true);
            Drop(DropReason.OfflineQos0, _outbox.ClearQos0());
            _uncheckedQos0 = 0;
        }
        SettleShare();
    }

    // Once it keeps its state it does so to its end, also when a later CONNECT wants it to end with the connection. A session
    // that never did is in the store for its will only.
    private long AppendAttached()
    {
        bool mayKeep = _kept!.Value.HasFlag(KeptKinds.Sessions);
        _keepsState |= IsPersistent && mayKeep;
        if (!_keepsState && (Will is null || !mayKeep)) return AppendRemoved();
        _isInStore = true;
        if (HasOwnSequences) ReserveSequences();
        else _context.Store.Append(new SessionPut(ClientId, UserName, ExpirySeconds));
        return _context.Store.Append(Will is { } will
            ? new WillPut(ClientId, will.Message.ToStored(), will.DelaySeconds, will.ExpirySeconds)
            : new WillRemoved(ClientId));
    }

    // A session that ends with its connection was never written and costs the store nothing.
    private long AppendRemoved()
    {
        if (!_isInStore) return 0;
        _isInStore = false;
        return _context.Store.Append(new SessionRemoved(ClientId));
    }
}
