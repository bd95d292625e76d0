using Broker.Diagnostics;
using Broker.Lifecycle;
using Broker.Sessions;

namespace Broker.Connections;

/// <summary>What becomes of a CONNECT that would take a session over.</summary>
internal enum TakeoverVerdict
{
    /// <summary>It is answered now.</summary>
    Open,
    /// <summary>Its client id is fought over: it is asked about again when <see cref="MqttConnection.GoOn"/> is called.</summary>
    Wait,
    /// <summary>It has waited for as long as one does, or too many wait.</summary>
    Refuse,
}

/// <summary>
/// Finds client ids that several devices have at once, each of which throws the other out whenever it connects; says who they
/// are, once, and lets them do so less and less often. Whoever takes over for the first time, or a session that nobody is
/// connected to, is never held up. Thread-safe; calls no connection under its lock.
/// </summary>
internal sealed class TakeoverWatch(BrokerEngine engine) : IHeartbeatListener
{
    /// <summary>Client ids that were taken over lately; beyond them nobody is watched until some are forgotten.</summary>
    private const int ClientsMax = 10_000;

    /// <summary>Where client id and user names are longer together nobody is watched, so that all take a few MiB.</summary>
    private const int TextLengthMax = 1024;

    /// <summary>
    /// A connection that waits costs less than one that does not, and who is refused comes back at once: each client id that is
    /// watched has room for one.
    /// </summary>
    private const int WaitingMax = ClientsMax;

    private const int WaitingOfClientMax = 16;

    /// <summary>A loop that goes on is named again after so long.</summary>
    private const long NamedAgainMilliseconds = 600_000;

    private readonly Lock _lock = new();
    private readonly TakeoverLog _log = new(engine);
    private readonly Dictionary<string, Watched> _watched = new(StringComparer.Ordinal);
    private readonly Dictionary<MqttConnection, Waiter> _waiting = [];
    private volatile int _waitingCount;

    /// <summary>Client ids that are fought over now.</summary>
    public int LoopCount => (int)engine.Metrics.TakeoverLoops;

    /// <summary>Whether there is nothing to ask about.</summary>
    public bool IsQuiet => LoopCount == 0 && _waitingCount == 0;

    private long DelayMax => (long)engine.Options.Limits.TakeoverDelayMax.TotalMilliseconds;

    private long Now => (long)engine.Time.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>Some client ids that are fought over now, in no order.</summary>
    public List<TakeoverLoop> Loops(int countMax)
    {
        lock (_lock)
        {
            return [.. _watched.Where(static pair => pair.Value.History.IsLoop).Take(countMax).Select(static pair =>
            {
                TakeoverHistory history = pair.Value.History;
                return new TakeoverLoop(pair.Key, history.Before, history.After, history.Count);
            })];
        }
    }

    /// <summary>A session was taken over from a connection that was alive.</summary>
    public void Note(string clientId, TakeoverPeer before, TakeoverPeer after)
    {
        if (clientId.Length + LengthOf(before) + LengthOf(after) > TextLengthMax) return;
        long now = Now;
        bool isNamed;
        (long count, long firstAt) = (0, 0);
        lock (_lock)
        {
            if (!_watched.TryGetValue(clientId, out Watched? watched))
            {
                if (_watched.Count >= ClientsMax) return;
                _watched.Add(clientId, watched = new Watched());
            }
            TakeoverHistory history = watched.History;
            bool wasLoop = history.IsLoop;
            bool begins = history.Note(before, after, now);
            engine.Metrics.TakeoverLoopCounted((history.IsLoop ? 1 : 0) - (wasLoop ? 1 : 0));
            isNamed = begins || (history.IsLoop && now - watched.NamedAt >= NamedAgainMilliseconds);
            if (isNamed) (watched.NamedAt, count, firstAt) = (now, history.Count, history.FirstAt);
        }
        if (isNamed) _log.Begins(new TakeoverLoop(clientId, before, after, count), now - firstAt, now);
    }

    /// <summary>May this CONNECT be answered now. Whoever has to wait is called when it is to ask again.</summary>
    public TakeoverVerdict Ask(MqttConnection connection, string clientId)
    {
        bool isServed = engine.Sessions.Registry.TryGet(clientId, out Session? session) && session.IsConnected;
        bool isNew;
        lock (_lock)
        {
            long now = Now;
            isNew = !_waiting.TryGetValue(connection, out Waiter? waiter);
            if (!isServed || !_watched.TryGetValue(clientId, out Watched? watched) || watched.TryTakeTurn(now, DelayMax))
            {
                Forget(connection);
                return TakeoverVerdict.Open;
            }
            if (isNew && (_waiting.Count >= WaitingMax || watched.Waiting.Count >= WaitingOfClientMax))
                return TakeoverVerdict.Refuse;
            if (!isNew && now >= waiter!.Until)
            {
                Forget(connection);
                return TakeoverVerdict.Refuse;
            }
            if (isNew) Add(connection, waiter = new Waiter(watched, now + DelayMax));
            waiter!.Due = Math.Min(watched.NextTurnAt(DelayMax), waiter.Until);
        }
        if (isNew) engine.Metrics.TakeoverDelayed();
        return TakeoverVerdict.Wait;
    }

    /// <summary>A connection has ended. If it was the one that others waited for, they have their turn.</summary>
    /// <param name="connection">Which.</param>
    /// <param name="clientId">Whose session it served; null: none.</param>
    public void OnEnded(MqttConnection connection, string? clientId)
    {
        if (_waitingCount == 0) return;
        MqttConnection[] next = [];
        lock (_lock)
        {
            Forget(connection);
            if (clientId is not null && _watched.TryGetValue(clientId, out Watched? watched)) next = [.. watched.Waiting];
        }
        foreach (MqttConnection waiting in next) waiting.GoOn();
    }

    public void OnTick(long nowMilliseconds)
    {
        if (_waitingCount > 0) WakeDue();
        ForgetQuiet();
        _log.NameOthers();
    }

    private void ForgetQuiet()
    {
        List<string> ended = [];
        long now = Now;
        lock (_lock)
        {
            if (_watched.Count == 0) return;
            foreach ((string clientId, Watched watched) in _watched)
            {
                if (!watched.History.IsForgotten(now)) continue;
                _watched.Remove(clientId);
                if (!watched.History.IsLoop) continue;
                engine.Metrics.TakeoverLoopCounted(-1);
                ended.Add(clientId);
            }
        }
        foreach (string clientId in ended) _log.Ends(clientId, now);
    }

    private void WakeDue()
    {
        long now = Now;
        MqttConnection[] due;
        lock (_lock) due = [.. _waiting.Where(pair => pair.Value.Due <= now).Select(static pair => pair.Key)];
        foreach (MqttConnection connection in due) connection.GoOn();
    }

    private void Add(MqttConnection connection, Waiter waiter)
    {
        _waiting.Add(connection, waiter);
        waiter.Of.Waiting.Add(connection);
        _waitingCount = _waiting.Count;
    }

    private void Forget(MqttConnection connection)
    {
        if (!_waiting.Remove(connection, out Waiter? waiter)) return;
        waiter.Of.Waiting.Remove(connection);
        _waitingCount = _waiting.Count;
    }

    private static int LengthOf(TakeoverPeer peer) => peer.UserName?.Length ?? 0;

    /// <summary>One client id.</summary>
    private sealed class Watched
    {
        // Who has its turn is on its way to take over: nobody else is before that is in the history.
        private long _turnAt = long.MinValue / 2;

        public TakeoverHistory History { get; } = new();

        /// <summary>Whose CONNECTs with it wait; few.</summary>
        public List<MqttConnection> Waiting { get; } = [];

        /// <summary>When it was last in the log.</summary>
        public long NamedAt { get; set; } = long.MinValue / 2;

        public long NextTurnAt(long delayMax) => Math.Max(
            History.NextAt(delayMax), _turnAt + Math.Min(TakeoverHistory.FirstDelayMilliseconds, delayMax));

        public bool TryTakeTurn(long now, long delayMax)
        {
            if (NextTurnAt(delayMax) > now) return false;
            if (History.IsLoop) _turnAt = now;
            return true;
        }
    }

    /// <summary>A CONNECT that waits, at most until <paramref name="Until"/>.</summary>
    private sealed record Waiter(Watched Of, long Until)
    {
        /// <summary>When it asks again.</summary>
        public long Due { get; set; }
    }
}
