using Broker.Persistence.Changes;

namespace Broker.TestKit.Stores;

/// <summary>Changes as an engine would append them, and the state that they lead to.</summary>
internal sealed class RandomChanges(int seed)
{
    private readonly Random _random = new(seed);
    private readonly StoredMessage[] _messages = new StoredMessage[8];
    private readonly Dictionary<string, long> _lastSequence = [];
    private int _renamed;

    public StateModel Model { get; } = new();

    /// <summary>Every client id there was, with those that sessions were renamed to.</summary>
    public IEnumerable<string> ClientIds =>
    [
        .. Enumerable.Range(0, 5).Select(number => $"client-{number}"),
        .. Enumerable.Range(0, _renamed).Select(number => $"renamed-{number}"),
    ];

    /// <summary>Takes every ban away that there may be.</summary>
    public static IEnumerable<BanRemoved> WithoutBans { get; } =
        [.. BanPut.Kinds.SelectMany(static kind => Enumerable.Range(0, 3).Select(who => new BanRemoved(kind, $"who-{who}")))];

    /// <summary>The next one or two changes, applied to the model already.</summary>
    public StateChange Next()
    {
        string clientId = $"client-{_random.Next(5)}";
        StateChange? change = Model.Sessions.TryGetValue(clientId, out ModelSession? session)
            ? OfSession(clientId, session)
            : new SessionPut(clientId, _random.Next(2) == 0 ? null : "user", (uint)_random.Next(1, 1000));
        change ??= _random.Next(3) == 0 ? OfBans() : OfRetained();
        Model.Apply(change);
        return change;
    }

    private StateChange? OfSession(string clientId, ModelSession session)
    {
        switch (_random.Next(40))
        {
            case 0:
                _lastSequence.Remove(clientId);
                return new SessionRemoved(clientId);
            case 1: return new SessionPut(clientId, "again", uint.MaxValue);
            case 2:
                long expiresAt = _random.Next(2) == 0 ? long.MaxValue : _random.Next();
                return new SessionAway(clientId, _random.Next(1000), expiresAt, _random.Next(1000));
            case 3:
                uint? expirySeconds = _random.Next(2) == 0 ? null : 7;
                return new WillPut(clientId, NewMessage(long.MaxValue), (uint)_random.Next(9), expirySeconds);
            case 4: return new WillRemoved(clientId);
            case 5:
                _lastSequence.Remove(clientId);
                return new SessionRenamed(clientId, $"renamed-{_renamed++}");
            case < 8:
                return new SubscriptionPut(clientId, $"filter/{_random.Next(4)}", (byte)_random.Next(3), (uint)_random.Next(3));
            case < 10: return new SubscriptionRemoved(clientId, $"filter/{_random.Next(4)}");
            case < 16: return OfReceipts(clientId, session);
            case < 26: return Queue(clientId);
            case < 36: return OfDeliveries(clientId, session);
            default: return null;
        }
    }

    private StateChange OfReceipts(string clientId, ModelSession session)
    {
        var packetId = (ushort)_random.Next(1, 5);
        return session.Receipts.Contains(packetId) ? new ReceiptRemoved(clientId, packetId) : new ReceiptPut(clientId, packetId);
    }

    private DeliveryQueued Queue(string clientId)
    {
        long sequence = _lastSequence[clientId] = _lastSequence.GetValueOrDefault(clientId) + 1;
        int slot = _random.Next(_messages.Length);
        if (_messages[slot] is null || _random.Next(3) == 0)
            _messages[slot] = NewMessage(_random.Next(2) == 0 ? long.MaxValue : 5);
        uint[] ids = [.. Enumerable.Range(1, _random.Next(3)).Select(id => (uint)id)];
        return new DeliveryQueued(clientId, sequence, _messages[slot], (byte)_random.Next(3), _random.Next(2) == 0, ids)
        {
            IsShared = _random.Next(2) == 0,
        };
    }

    private StateChange? OfDeliveries(string clientId, ModelSession session)
    {
        if (session.Deliveries.Count == 0) return null;
        long sequence = session.Deliveries.Keys.ElementAt(_random.Next(session.Deliveries.Count));
        bool mayBeReleased = session.Deliveries[sequence].Queued.Qos == 2;
        return mayBeReleased && _random.Next(2) == 0
            ? new DeliveryReleased(clientId, sequence)
            : new DeliveryRemoved(clientId, sequence);
    }

    private StateChange OfRetained()
    {
        if (_random.Next(3) == 0) return new RetainedRemoved($"topic/{_random.Next(4)}");
        StoredMessage message = _messages[_random.Next(_messages.Length)] ??= NewMessage(long.MaxValue);
        return new RetainedPut(_random.Next(2) == 0 ? message : message.From("user"));
    }

    private StateChange OfBans()
    {
        (string kind, string who) = (BanPut.Kinds[_random.Next(4)], $"who-{_random.Next(3)}");
        return _random.Next(3) == 0
            ? new BanRemoved(kind, who)
            : new BanPut(
                kind, who, "ops", _random.Next(2) == 0 ? null : "reason", _random.Next(1000),
                _random.Next(2) == 0 ? long.MaxValue : 2000);
    }

    private StoredMessage NewMessage(long expiresAt)
    {
        var payload = new byte[_random.Next(40)];
        _random.NextBytes(payload);
        return new StoredMessage(
            $"topic/{_random.Next(4)}", payload, payload.AsMemory(0, payload.Length / 3), (byte)_random.Next(3),
            _random.Next(2) == 0, expiresAt, _random.Next(2) == 0 ? null : "publisher");
    }
}
