using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Load.Wire;

namespace Load.Clients;

/// <summary>
/// A client that subscribes to a topic of its own and publishes there with QoS 1: once, or again and again as long as it is told
/// to.
/// </summary>
internal sealed class Echo : IPeer
{
    private const QualityOfService Qos = QualityOfService.AtLeastOnce;

    private readonly string _topic;
    private readonly ConnectPacket _connect;
    private readonly EchoRecorder _recorder;
    private readonly bool _isNew;
    private readonly Link? _link;
    private readonly Queue<long> _sentAt = new();
    private readonly long _begunAt = Stopwatch.GetTimestamp();
    private long _acceptedAt;
    private ushort _packetId;
    private int _unacknowledged;
    private bool _isLeaving;

    private Echo(EventLoop loop, Endpoint endpoint, ConnectPacket connect, EchoRecorder recorder, bool isNew)
    {
        _topic = "echo/" + connect.ClientId;
        _connect = connect;
        _recorder = recorder;
        _isNew = isNew;
        _link = Link.Dial(loop, this, endpoint);
        if (_link is null) IsOver = true;
        else _link.Send(connect.Write);
    }

    /// <summary>It may publish.</summary>
    public bool IsReady { get; private set; }

    /// <summary>It has no connection any more, or never had one.</summary>
    public bool IsOver { get; private set; }

    /// <summary>TCP's handshake was answered.</summary>
    public bool IsReached { get; private set; }

    /// <summary>It has had a message back.</summary>
    public bool HasEcho { get; private set; }

    /// <summary>Nothing of what it sent or got is without an answer.</summary>
    public bool IsDone => HasEcho && Outstanding == 0 && _unacknowledged == 0;

    /// <summary>Messages whose echo is outstanding.</summary>
    public int Outstanding => _sentAt.Count;

    /// <summary>CONNACK's no, or null.</summary>
    public string? Refusal { get; private set; }

    /// <param name="loop">Serves it.</param>
    /// <param name="endpoint">Where.</param>
    /// <param name="connect">What it says first; MQTT 3.1.1.</param>
    /// <param name="recorder">Is told the times.</param>
    /// <param name="isNew">It is new, and is asked how long it waits for the first echo; else for each.</param>
    public static Echo Open(EventLoop loop, Endpoint endpoint, ConnectPacket connect, EchoRecorder recorder, bool isNew) =>
        new(loop, endpoint, connect, recorder, isNew);

    /// <summary>For how long it has been there, in ticks.</summary>
    public long Age(long now) => now - _begunAt;

    public void Publish()
    {
        _sentAt.Enqueue(Stopwatch.GetTimestamp());
        _unacknowledged++;
        if (++_packetId == 0) _packetId = 1;
        _link!.Send(output =>
        {
            PublishFields fields = new()
            {
                Qos = Qos, PacketId = _packetId, TopicUtf8 = Encoding.UTF8.GetBytes(_topic), Payload = "echo"u8,
            };
            PublishEncoder.Write(output, _connect.Version, fields);
        });
    }

    /// <summary>DISCONNECT; the broker closes.</summary>
    public void Leave()
    {
        if (_isLeaving || IsOver) return;
        _isLeaving = true;
        _link!.Send([0xE0, 0x00]);
    }

    public void Close()
    {
        Closed();
        _link?.Close();
    }

    public void Reached()
    {
        IsReached = true;
        if (_isNew) _recorder.Came(_begunAt);
    }

    public void Frame(byte first, ReadOnlySpan<byte> body, long now)
    {
        switch ((PacketType)(first >> 4))
        {
            case PacketType.ConnAck when body[1] != 0:
                Refusal = FormattableString.Invariant($"refused, {body[1]}");
                Close();
                break;
            case PacketType.ConnAck:
                _acceptedAt = now;
                if (_isNew) _recorder.Accepted(now - _begunAt);
                var request = new SubscriptionRequest(_topic, SubscriptionRequest.ToOptions(Qos));
                _link!.Send(output => new SubscribePacket(1, 0, [request]).Write(output, _connect.Version));
                break;
            case PacketType.SubAck:
                IsReady = true;
                Publish();
                break;
            case PacketType.PubAck:
                _unacknowledged--;
                break;
            case PacketType.Publish:
                // topic | packet id | payload
                int topicEnd = 2 + BinaryPrimitives.ReadUInt16BigEndian(body);
                _link!.Answer(0x40, BinaryPrimitives.ReadUInt16BigEndian(body[topicEnd..]));
                CameBack(now);
                break;
            default:
                throw new LoadException($"{_connect.ClientId}: a packet of type {first >> 4}");
        }
    }

    public void BatchEnd() => _link!.Flush();

    public void Closed()
    {
        IsOver = true;
        IsReady = false;
    }

    private void CameBack(long now)
    {
        long took = now - _sentAt.Dequeue();
        if (!_isNew && HasEcho) _recorder.CameBack(took);
        if (_isNew && !HasEcho) _recorder.Served(now - _acceptedAt, now - _begunAt);
        HasEcho = true;
    }
}
