using System.Buffers.Binary;
using System.Diagnostics;
using Broker.Protocol;
using Load.Checking;

namespace Load.Clients;

/// <summary>
/// Sends under one topic after the other until it may send no more: until its window is full, or as many as are due.
/// </summary>
internal sealed class Publisher : IRole
{
    /// <summary>A write of this size costs next to nothing a message; more would only wait in the kernel.</summary>
    private const int FlushBytes = 128 * 1024;

    private readonly PublisherShape _shape;
    private readonly PublishTemplates _templates;
    private readonly AckTotals _totals;
    private readonly InFlightRing _inFlight;
    private readonly DeliveryWindow? _undelivered;
    private readonly long[] _sent;
    private ClosedLoop? _loop;
    private Client? _client;
    private Schedule? _schedule;
    private int _topic;
    private long _number;
    private long _budget;

    public Publisher(PublisherShape shape, PublishTemplates templates, AckTotals totals)
    {
        _shape = shape;
        _templates = templates;
        _totals = totals;
        _inFlight = new InFlightRing(shape.Window);
        _sent = new long[shape.Topics.Count];
        if (shape.Receivers is not null) _undelivered = new DeliveryWindow(shape.Window);
        // Publishers that start together at one topic would stay together.
        else _topic = shape.Number % shape.Topics.Count;
    }

    public string Name => $"publisher {_shape.Number}";

    /// <summary>Messages not acknowledged.</summary>
    public int InFlight => _inFlight.Count;

    /// <summary>May still send some.</summary>
    public bool HasBudget => _budget > 0;

    /// <summary>Will be asked to go on at the end of the turn.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>Messages sent under a topic.</summary>
    public long SentUnder(int topic) =>
        topic >= _shape.Topics.First && topic < _shape.Topics.End ? _sent[topic - _shape.Topics.First] : 0;

    /// <summary>Who says when messages have been received, where that decides when the next may be sent.</summary>
    public void Join(ClosedLoop loop) => _loop = loop;

    public void Opened(Client client) => _client = client;

    /// <summary>Begins, or goes on, with this many messages.</summary>
    public void Start(long messages)
    {
        Debug.Assert(_client is { IsReady: true }, "publishers begin when they are connected");
        _inFlight.Window = Math.Min(_inFlight.Window, _client.ReceiveMaximum);
        _budget = messages;
        Pump();
    }

    /// <summary>Begins with nothing; each <see cref="Release"/> gives it one message.</summary>
    public void StartPaced(Schedule schedule)
    {
        _schedule = schedule;
        Start(0);
    }

    /// <summary>The next message is due.</summary>
    public void Release()
    {
        _budget++;
        Pump();
    }

    /// <summary>Sends no more; what is in flight stays so until it is acknowledged.</summary>
    /// <returns>How many were due.</returns>
    public long Stop()
    {
        long left = _schedule is null ? 0 : _budget;
        _budget = 0;
        return left;
    }

    /// <summary>Somebody has received one of its messages.</summary>
    /// <returns>It may be able to send now.</returns>
    public bool Delivered(in MessageStamp stamp) =>
        _undelivered!.Delivered(stamp.Sequence * _sent.Length + stamp.Topic - _shape.Topics.First);

    public void Frame(byte first, ReadOnlySpan<byte> body, long now)
    {
        ushort id = BinaryPrimitives.ReadUInt16BigEndian(body);
        if (!_inFlight.Holds(id))
        {
            _totals.Strays++;
            return;
        }
        bool isRefusal = body.Length > 2 && body[2] >= 0x80;
        if ((PacketType)(first >> 4) == PacketType.PubRec && !isRefusal)
        {
            _client!.Link.Answer(0x62, id);
            return;
        }
        if (isRefusal) _totals.Refused++;
        else _totals.Acked++;
        _totals.Latency.Record(now - _inFlight.Release(id, out bool wasOldest));
        if (!wasOldest) _totals.OutOfOrder++;
    }

    public void BatchEnd()
    {
        if (_loop is null) Pump();
        else _loop.Wake(this);
    }

    /// <summary>Sends what it may.</summary>
    public void Pump()
    {
        Wire.Link link = _client!.Link;
        long now = Stopwatch.GetTimestamp();
        while (_budget > 0 && HasRoom && !link.IsCongested)
        {
            long at = _schedule?.DueAt(_number) ?? now;
            ushort id = _shape.Qos == 0 ? (ushort)0 : _inFlight.Take(at);
            int topic = _shape.Topics.First + _topic;
            Span<byte> room = link.Reserve(_templates.LengthOf(topic));
            link.Advance(_templates.Write(room, id, new MessageStamp(_shape.Number, topic, _sent[_topic]++, at)));
            _undelivered?.Sent(_shape.Receivers![topic]);
            if (++_topic == _sent.Length) _topic = 0;
            _number++;
            _budget--;
            if (link.PendingBytes < FlushBytes) continue;
            link.Flush();
            now = Stopwatch.GetTimestamp();
        }
        link.Flush();
    }

    private bool HasRoom => (_shape.Qos == 0 || _inFlight.HasRoom) && (_undelivered is null || _undelivered.HasRoom);
}
