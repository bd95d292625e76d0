using System.Buffers.Binary;
using System.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Load.Checking;
using Load.Wire;

namespace Load.Clients;

/// <summary>
/// A client that connects again whenever it has no connection, for as long as it takes.
/// </summary>
internal sealed class Device(EventLoop loop, DeviceShape shape, DeviceTotals totals, Redialling redialling) : IPeer
{
    private const ushort SubscribeId = 1;

    private Link? _link;
    private long _attempt;
    private long _begunAt;
    private bool _hadSession;
    private bool _isAccepted;
    private long _last = -1;

    /// <summary>CONNACK, and SUBACK where there was something to subscribe to, have come.</summary>
    public bool IsReady { get; private set; }

    /// <summary>It takes messages; until then they stay in flight.</summary>
    public bool Acknowledges { get; set; }

    /// <summary>It has what it wanted: it does not come back.</summary>
    public bool IsStopping { get; set; }

    /// <summary>How often the broker has ended its connection, before CONNACK or after it.</summary>
    public long ThrownOut { get; private set; }

    /// <summary>Connects now.</summary>
    public void Dial()
    {
        long attempt = ++_attempt;
        _last = -1;
        _begunAt = Stopwatch.GetTimestamp();
        _link = Link.Dial(loop, this, shape.Endpoint);
        if (_link is null)
        {
            totals.End(Libc.Refused, wasAccepted: false);
            DialLater();
            return;
        }
        _link.Send(shape.Connect.Write);
        redialling.In(this, attempt, shape.Patience);
    }

    /// <summary>Its time has come, unless something has happened meanwhile.</summary>
    public void OnDue(long attempt)
    {
        if (attempt != _attempt || _isAccepted || IsStopping) return;
        if (_link is null)
        {
            Dial();
            return;
        }
        totals.TimedOut++;
        _link.Close();
        DialLater();
    }

    public void Reached() => totals.Reached(Stopwatch.GetTimestamp());

    public void Frame(byte first, ReadOnlySpan<byte> body, long now)
    {
        switch ((PacketType)(first >> 4))
        {
            case PacketType.ConnAck:
                Accepted(body, now);
                break;
            case PacketType.SubAck:
                (IsReady, _hadSession) = (true, true);
                break;
            case PacketType.Publish:
                Message(first, body);
                break;
            case PacketType.Disconnect:
                break;
            default:
                throw new LoadException($"device {shape.Number}: a packet of type {first >> 4}");
        }
    }

    public void BatchEnd() => _link?.Flush();

    public void Closed()
    {
        if (_link!.Error != Libc.Refused) ThrownOut++;
        totals.End(_link.Error, _isAccepted);
        DialLater();
    }

    /// <summary>Goes and does not come back.</summary>
    public void Leave()
    {
        IsStopping = true;
        if (_link is null) return;
        if (_isAccepted) totals.Connected--;
        _link.Close();
        _link = null;
    }

    private void DialLater()
    {
        (_link, _isAccepted, IsReady) = (null, false, false);
        if (!IsStopping) redialling.In(this, ++_attempt, shape.Retry * (0.5 + Random.Shared.NextDouble()));
    }

    private void Accepted(ReadOnlySpan<byte> body, long now)
    {
        if (!ConnAckPacket.TryDecode(body, shape.Connect.Version, out ConnAckPacket? packet, out Fault? fault))
            throw new LoadException($"device {shape.Number}: CONNACK is malformed: {fault}");
        if (packet.ReasonCode != ReasonCode.Success)
        {
            totals.Refuse(packet.ReasonCode);
            _link!.Close();
            DialLater();
            return;
        }
        _isAccepted = true;
        totals.Accept(_begunAt, now);
        if (_hadSession && !packet.SessionPresent && !shape.Connect.CleanStart) totals.SessionsLost++;
        IsReady = packet.SessionPresent || shape.Subscriptions.Count == 0;
        if (IsReady) return;
        var subscribe = new SubscribePacket(SubscribeId, 0, shape.Subscriptions);
        _link!.Send(output => subscribe.Write(output, shape.Connect.Version));
    }

    // QoS 1, MQTT 3.1.1: topic | packet id | payload
    private void Message(byte first, ReadOnlySpan<byte> body)
    {
        int at = 2 + BinaryPrimitives.ReadUInt16BigEndian(body);
        ushort id = BinaryPrimitives.ReadUInt16BigEndian(body[at..]);
        MessageStamp stamp = MessageStamp.Read(body[(at + 2)..]);
        if (stamp.Topic != shape.Number) throw new LoadException($"device {shape.Number}: a message for {stamp.Topic}");
        if (stamp.Sequence <= _last) totals.OutOfOrder++;
        _last = stamp.Sequence;
        if (shape.Inbox.Record(stamp.Sequence, isDup: (first & 0x08) != 0)) totals.Received++;
        if (Acknowledges) _link!.Answer(0x40, id);
    }
}
