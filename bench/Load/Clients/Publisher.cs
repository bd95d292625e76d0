using System.Buffers.Binary;
using System.Diagnostics;
using Broker.Protocol;
using Load.Checking;

namespace Load.Clients;

/// <summary>Keeps a window of messages in flight, one topic after the other, until it may send no more.</summary>
internal sealed class Publisher : IRole
{
    /// <summary>A write of this size costs next to nothing a message; more would only wait in the kernel.</summary>
    private const int FlushBytes = 128 * 1024;

    private readonly int _number;
    private readonly PublishTemplates _templates;
    private readonly AckTotals _totals;
    private readonly InFlightRing _inFlight;
    private readonly long[] _sent;
    private Client? _client;
    private int _topic;
    private long _budget;

    public Publisher(int number, int window, int topics, PublishTemplates templates, AckTotals totals)
    {
        _number = number;
        _templates = templates;
        _totals = totals;
        _inFlight = new InFlightRing(window);
        _sent = new long[topics];
        // Publishers that start together at one topic would stay together.
        _topic = number % topics;
    }

    public string Name => $"publisher {_number}";

    /// <summary>Messages not acknowledged.</summary>
    public int InFlight => _inFlight.Count;

    /// <summary>May still send some.</summary>
    public bool HasBudget => _budget > 0;

    /// <summary>Messages sent under each topic.</summary>
    public IReadOnlyList<long> Sent => _sent;

    public void Opened(Client client) => _client = client;

    /// <summary>Begins, or goes on, with this many messages.</summary>
    public void Start(long messages)
    {
        Debug.Assert(_client is { IsReady: true }, "publishers begin when they are connected");
        _inFlight.Window = Math.Min(_inFlight.Window, _client.ReceiveMaximum);
        _budget = messages;
        Pump();
    }

    /// <summary>Sends no more; what is in flight stays so until it is acknowledged.</summary>
    public void Stop() => _budget = 0;

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
            // PUBREL: 0x62 | 2 | packet id
            Span<byte> release = _client!.Link.Reserve(4);
            release[0] = 0x62;
            release[1] = 2;
            BinaryPrimitives.WriteUInt16BigEndian(release[2..], id);
            _client.Link.Advance(4);
            return;
        }
        if (isRefusal) _totals.Refused++;
        else _totals.Acked++;
        _totals.Latency.Record(now - _inFlight.Release(id, out bool wasOldest));
        if (!wasOldest) _totals.OutOfOrder++;
    }

    public void BatchEnd() => Pump();

    private void Pump()
    {
        Wire.Link link = _client!.Link;
        long now = Stopwatch.GetTimestamp();
        while (_budget > 0 && _inFlight.HasRoom && !link.IsCongested)
        {
            ushort id = _inFlight.Take(now);
            Span<byte> room = link.Reserve(_templates.LengthOf(_topic));
            link.Advance(_templates.Write(room, id, new MessageStamp(_number, _topic, _sent[_topic]++, now)));
            if (++_topic == _sent.Length) _topic = 0;
            _budget--;
            if (link.PendingBytes < FlushBytes) continue;
            link.Flush();
            now = Stopwatch.GetTimestamp();
        }
        link.Flush();
    }
}
