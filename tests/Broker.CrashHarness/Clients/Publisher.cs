using Broker.CrashHarness.Facts;
using Broker.CrashHarness.Plans;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.CrashHarness.Clients;

/// <summary>
/// Publishes numbered messages with a window. Its state is persistent: what was not acknowledged is sent again with DUP and
/// the same packet id, in its order, before anything new [MQTT-4.4.0-1].
/// </summary>
internal sealed class Publisher : IClientRole
{
    private readonly RunContext _context;
    private readonly PublisherPlan _plan;
    private readonly Random _random;
    private readonly List<Outgoing> _outgoing = [];
    private readonly Queue<string> _probes = new();
    private TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _lastNumber;
    private int _allowed;
    private int _quota;
    private int _acksUntilDrop;
    private ushort _lastPacketId;
    private bool _hasSession;

    public Publisher(RunContext context, PublisherPlan plan)
    {
        (_context, _plan, _random) = (context, plan, new Random(plan.Seed));
        _acksUntilDrop = plan.DropEvery;
        Loop = new ClientLoop(context, this, plan.ClientId, plan.Version);
    }

    public ClientLoop Loop { get; }

    public PublisherPlan Plan => _plan;

    private bool IsIdle => _outgoing.Count == 0 && _allowed == 0 && _probes.Count == 0;

    /// <summary>Lets it publish so many messages more.</summary>
    public void Allow(int messages) => Change(() => _allowed = messages);

    /// <summary>It begins no message any more; what is under way it completes.</summary>
    public void StopBeginning() => Change(() => _allowed = 0);

    /// <summary>One message more for each of its topics.</summary>
    public void Probe() => Change(() =>
    {
        foreach (string topic in (string[])[.. _plan.PlainTopics, _plan.RetainedTopic, _plan.QuietTopic]) _probes.Enqueue(topic);
    });

    /// <summary>Ends when all it may send was sent and acknowledged to the end.</summary>
    public async Task WhenIdleAsync()
    {
        Task idle;
        lock (Loop.Gate) idle = _idle.Task;
        try
        {
            await _context.WaitAsync(idle).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            lock (Loop.Gate)
                _context.Violations.Add(
                    "not acknowledged", _plan.ClientId, $"{_outgoing.Count} messages, {_outgoing.FirstOrDefault()} first");
        }
    }

    public ConnectPacket NextConnect() => new()
    {
        Version = _plan.Version,
        ClientId = _plan.ClientId,
        CleanStart = false,
        SessionExpiryIntervalSeconds = _plan.Version == ProtocolVersion.Mqtt50 ? uint.MaxValue : 0,
    };

    public void Connected(ConnAckPacket answer, Link link)
    {
        if (_hasSession && !answer.SessionPresent)
            _context.Violations.Add("session lost", _plan.ClientId, "CONNACK without Session Present");
        _hasSession = true;
        _quota = answer.ReceiveMaximum ?? ushort.MaxValue;
        foreach (Outgoing message in _outgoing) message.IsSentHere = false;
        Pump(link);
    }

    public void Received(object packet, Link link)
    {
        if (packet is not AckPacket ack)
        {
            _context.Violations.Add("unexpected packet", _plan.ClientId, $"{packet}");
            return;
        }
        Acknowledged(ack, link);
        Pump(link);
        if (_plan.DropEvery > 0 && --_acksUntilDrop == 0)
        {
            _acksUntilDrop = _plan.DropEvery;
            link.Flush();
            link.Drop();
        }
    }

    public void Closed()
    {
        // Everything that outlives a connection is in the list of what is under way.
    }

    private void Acknowledged(AckPacket ack, Link link)
    {
        Outgoing? message = _outgoing.Find(m => m.PacketId == ack.PacketId);
        if (message is not { IsSentHere: true })
        {
            _context.Violations.Add("unexpected packet", _plan.ClientId, $"{PacketLine.Of(ack)} for nothing under way");
            return;
        }
        bool isNotFound = ack is { Type: PacketType.PubComp, ReasonCode: ReasonCode.PacketIdentifierNotFound };
        if (ack.ReasonCode >= ReasonCode.UnspecifiedError && !isNotFound)
            _context.Violations.Add("refused", _plan.ClientId, $"{PacketLine.Of(ack)} for {message}", message.About);
        bool isExactlyOnce = _plan.Qos == QualityOfService.ExactlyOnce;
        switch (ack.Type)
        {
            case PacketType.PubAck when !isExactlyOnce:
                message.Message.Acked = Stamps.Next();
                _outgoing.Remove(message);
                break;
            case PacketType.PubRec when isExactlyOnce:
                if (!message.IsReleased) message.Message.Acked = Stamps.Next();
                message.IsReleased = true;
                link.Send(PacketType.PubRel, message.PacketId);
                break;
            case PacketType.PubComp when message.IsReleased:
                _outgoing.Remove(message);
                break;
            default:
                _context.Violations.Add(
                    "unexpected packet", _plan.ClientId, $"{PacketLine.Of(ack)} for {message}", message.About);
                break;
        }
    }

    /// <summary>Sends what the window and the broker's Receive Maximum have room for: first what it had sent before.</summary>
    private void Pump(Link link)
    {
        foreach (Outgoing message in _outgoing)
        {
            if (message.IsSentHere) continue;
            if (message.IsReleased) link.Send(PacketType.PubRel, message.PacketId);
            else if (_outgoing.Count(m => m.IsSentHere) < _quota) Send(message, link, isRepeat: true);
            else return;
            message.IsSentHere = true;
        }
        while (_outgoing.Count < Math.Min(_plan.Window, _quota) && (_allowed > 0 || _probes.Count > 0)) Send(Begin(), link);
        if (IsIdle) _idle.TrySetResult();
    }

    private Outgoing Begin()
    {
        string topic = _allowed > 0 ? NextTopic() : _probes.Dequeue();
        if (_allowed > 0) _allowed--;
        bool isQuiet = topic == _plan.QuietTopic;
        var message = new SentMessage(_plan.ClientId, ++_lastNumber, topic, _plan.Qos)
        {
            IsRetained = isQuiet || topic == _plan.RetainedTopic,
            IsRemoval = isQuiet && _random.Next(3) == 0,
        };
        _context.Ledger.Add(message);
        byte[] payload = message.IsRemoval
            ? []
            : Payloads.Write(_plan.ClientId, message.Number, _random.Next(_plan.FillingMax));
        var outgoing = new Outgoing(message, NextPacketId(), payload) { IsSentHere = true };
        _outgoing.Add(outgoing);
        return outgoing;
    }

    private string NextTopic() => _random.Next(10) switch
    {
        0 => _plan.RetainedTopic,
        1 => _plan.QuietTopic,
        int other => _plan.PlainTopics[other % _plan.PlainTopics.Length],
    };

    private static void Send(Outgoing message, Link link, bool isRepeat = false) =>
        link.Send(message.Message, new OutgoingPublish(message.Message.Topic, Qos: message.Message.Qos)
        {
            PacketId = message.PacketId,
            Payload = message.Payload,
            Retain = message.Message.IsRetained,
            Dup = isRepeat,
        });

    private ushort NextPacketId()
    {
        ushort id = _plan.ReusesIds ? (ushort)0 : _lastPacketId;
        do
        {
            id = id == ushort.MaxValue ? (ushort)1 : (ushort)(id + 1);
        }
        while (_outgoing.Exists(m => m.PacketId == id));
        return _lastPacketId = id;
    }

    private void Change(Action change)
    {
        lock (Loop.Gate)
        {
            change();
            if (IsIdle) _idle.TrySetResult();
            else if (_idle.Task.IsCompleted) _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        Loop.WithLink(Pump);
    }

    private sealed class Outgoing(SentMessage message, ushort packetId, byte[] payload)
    {
        public SentMessage Message { get; } = message;

        public ushort PacketId { get; } = packetId;

        public byte[] Payload { get; } = payload;

        /// <summary>PUBREC came: what remains is PUBREL.</summary>
        public bool IsReleased { get; set; }

        /// <summary>Sent on the connection there is now.</summary>
        public bool IsSentHere { get; set; }

        public string About => Words.Of(Message);

        public override string ToString() => $"{Message} id {PacketId}{(IsReleased ? " released" : "")}";
    }
}
