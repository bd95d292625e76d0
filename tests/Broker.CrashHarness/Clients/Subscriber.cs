using Broker.CrashHarness.Facts;
using Broker.CrashHarness.Plans;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.CrashHarness.Clients;

/// <summary>
/// A persistent subscriber. It acknowledges at once and knows QoS 2 duplicates the way the specification does: by the packet
/// ids between PUBLISH and PUBREL, kept over all its connections [MQTT-4.3.3-10].
/// </summary>
internal sealed class Subscriber : IClientRole
{
    private const int DropsPerRound = 4;

    private readonly RunContext _context;
    private readonly SubscriberPlan _plan;
    private readonly List<SubscriptionFact> _subscriptions;
    private readonly SubscriptionFact? _fickle;
    private readonly Deliveries _deliveries;
    private readonly Dictionary<ushort, string> _receipts = [];
    private readonly Dictionary<ushort, (bool IsSubscribe, SubscriptionFact[] Facts)> _requests = [];
    private readonly DrainWait _drain;
    private ushort _lastPacketId;
    private bool _hasSession;
    private bool _mayFlip;
    private bool _wantsFickle = true;
    private int _untilFlip;
    private int _untilDrop;
    private int _dropsLeft;

    public Subscriber(RunContext context, SubscriberPlan plan)
    {
        (_context, _plan) = (context, plan);
        _subscriptions = [.. plan.Filters.Select(f => new SubscriptionFact(f.Filter, f.Qos))];
        if (plan.Fickle is { } fickle)
        {
            _fickle = new SubscriptionFact(fickle.Filter, fickle.Qos);
            _subscriptions.Add(_fickle);
        }
        (_untilFlip, _untilDrop) = (plan.FlipEvery, plan.DropEvery);
        _deliveries = new Deliveries(context, plan.ClientId, _subscriptions);
        Loop = new ClientLoop(context, this, plan.ClientId, plan.Version);
        _drain = new DrainWait(Loop.Gate);
    }

    public ClientLoop Loop { get; }

    public SubscriberPlan Plan => _plan;

    public int DeliveredCount
    {
        get { lock (Loop.Gate) return _deliveries.Count; }
    }

    /// <summary>From now on it may change its mind about the fickle filter, and drop its connection now and then.</summary>
    public void BeginRound()
    {
        lock (Loop.Gate) (_mayFlip, _dropsLeft) = (true, DropsPerRound);
    }

    /// <summary>Ends when every SUBSCRIBE and UNSUBSCRIBE was answered; it sends no more of them.</summary>
    public Task WhenSettledAsync()
    {
        lock (Loop.Gate)
        {
            (_mayFlip, _dropsLeft) = (false, 0);
            return _drain.BeginSettling(IsSettled(), _plan.ClientId, _context);
        }
    }

    /// <summary>Ends when it has got all it must get and has nothing half done, and the broker has nothing more for it.</summary>
    public async Task DrainAsync()
    {
        Task drained;
        lock (Loop.Gate)
        {
            drained = _drain.BeginDraining(_deliveries.Missing, () => _receipts.Count, _plan.ClientId, _context);
        }
        Loop.WithLink(AfterPacket);
        await drained.ConfigureAwait(false);
    }

    public ConnectPacket NextConnect() => new()
    {
        Version = _plan.Version,
        ClientId = _plan.ClientId,
        CleanStart = false,
        SessionExpiryIntervalSeconds = _plan.Version == ProtocolVersion.Mqtt50 ? uint.MaxValue : 0,
        ReceiveMaximum = _plan.Version == ProtocolVersion.Mqtt50 ? _plan.ReceiveMaximum : ushort.MaxValue,
    };

    public void Connected(ConnAckPacket answer, Link link)
    {
        if (_hasSession && !answer.SessionPresent)
            _context.Violations.Add("session lost", _plan.ClientId, "CONNACK without Session Present");
        _hasSession = true;
        Subscribe(link, [.. _subscriptions.Where(s => s != _fickle && !s.IsAcked)]);
        if (_fickle is not null && !IsFickleSettled()) Flip(link);
        AfterPacket(link);
    }

    public void Received(object packet, Link link)
    {
        switch (packet)
        {
            case ReceivedPublish publish:
                Publish(publish, link);
                break;
            case AckPacket { Type: PacketType.PubRel } release:
                _receipts.Remove(release.PacketId);
                link.Send(PacketType.PubComp, release.PacketId);
                break;
            case SubAckPacket answer:
                Answered(answer.PacketId, answer.ReasonCodes);
                break;
            case UnsubAckPacket answer:
                Answered(answer.PacketId, answer.ReasonCodes);
                break;
            case PingResponse:
                _drain.PingAnswered();
                break;
            default:
                _context.Violations.Add("unexpected packet", _plan.ClientId, $"{packet}");
                break;
        }
        if (packet is not PingResponse) _drain.PacketCame();
        if (_mayFlip && _fickle is not null && _requests.Count == 0 && --_untilFlip <= 0) Turn(link);
        AfterPacket(link);
    }

    public void Closed()
    {
        _requests.Clear();
        _drain.ConnectionLost();
    }

    private void Publish(ReceivedPublish packet, Link link)
    {
        if (packet.Qos == QualityOfService.ExactlyOnce) PublishExactlyOnce(packet);
        else Deliver(packet);
        if (_dropsLeft > 0 && _plan.DropEvery > 0 && --_untilDrop <= 0)
        {
            // This message and, every other time, what was acknowledged in this batch come again.
            (_untilDrop, _dropsLeft) = (_plan.DropEvery, _dropsLeft - 1);
            if (_dropsLeft % 2 == 0) link.Flush();
            link.Drop();
        }
        else
        {
            link.Send(packet.Qos == QualityOfService.ExactlyOnce ? PacketType.PubRec : PacketType.PubAck, packet.PacketId);
        }
    }

    private void PublishExactlyOnce(ReceivedPublish packet)
    {
        string identity = $"{packet.Topic} {PacketLine.HeadOf(packet)}";
        if (_receipts.TryAdd(packet.PacketId, identity)) Deliver(packet);
        else if (_receipts[packet.PacketId] != identity)
            _context.Violations.Add(
                "packet id in use", _plan.ClientId, $"id {packet.PacketId} is of {_receipts[packet.PacketId]}, not {identity}");
    }

    private void Deliver(ReceivedPublish packet)
    {
        if (packet.Topic.StartsWith("w/", StringComparison.Ordinal)) _context.Wills.Seen(packet.Text);
        else if (_deliveries.Take(packet) is { } message) _drain.Delivered(message);
    }

    /// <summary>Changes its mind.</summary>
    private void Turn(Link link)
    {
        _untilFlip = _plan.FlipEvery;
        _wantsFickle = !_wantsFickle;
        Flip(link);
    }

    /// <summary>Asks for the fickle filter, or no longer, for the first time or again after a crash.</summary>
    private void Flip(Link link)
    {
        if (_wantsFickle)
        {
            Subscribe(link, [_fickle!]);
            return;
        }
        _fickle!.Unsubscribing();
        ushort id = ++_lastPacketId;
        _requests[id] = (false, [_fickle]);
        link.Send(new UnsubscribePacket(id, [_fickle.Filter]));
    }

    private void Subscribe(Link link, SubscriptionFact[] facts)
    {
        if (facts.Length == 0) return;
        foreach (SubscriptionFact fact in facts) fact.Subscribing();
        ushort id = ++_lastPacketId;
        _requests[id] = (true, facts);
        link.Send(new SubscribePacket(id, 0, [.. facts.Select(f => new SubscriptionRequest(f.Filter, (byte)f.Qos))]));
    }

    private void Answered(ushort id, IReadOnlyList<ReasonCode> reasons)
    {
        if (!_requests.Remove(id, out (bool IsSubscribe, SubscriptionFact[] Facts) request))
        {
            _context.Violations.Add("unexpected packet", _plan.ClientId, $"an answer with id {id} to no request");
            return;
        }
        bool isGranted = request.IsSubscribe
            ? reasons.SequenceEqual(request.Facts.Select(f => (ReasonCode)f.Qos))
            : reasons.All(r => r is ReasonCode.Success or ReasonCode.NoSubscriptionExisted);
        if (!isGranted) _context.Violations.Add("refused", _plan.ClientId, $"request {id}: {string.Join(' ', reasons)}");
        foreach (SubscriptionFact fact in request.Facts)
        {
            if (request.IsSubscribe) fact.Subscribed();
            else fact.Unsubscribed();
        }
    }

    private bool IsFickleSettled() => _fickle is null || (_wantsFickle ? _fickle.IsInForce : _fickle.IsOver);

    private bool IsSettled() =>
        _requests.Count == 0 && IsFickleSettled() && _subscriptions.TrueForAll(s => s == _fickle || s.IsInForce);

    private void AfterPacket(Link link)
    {
        if (IsSettled()) _drain.Settled();
        if (_drain.WantsPing()) link.SendPing();
    }
}
