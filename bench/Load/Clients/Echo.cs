using System.Buffers;
using System.Diagnostics;
using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Load.Wire;

namespace Load.Clients;

/// <summary>
/// A client that subscribes to a topic of its own and publishes there: once, or again and again as long as it is told to.
/// </summary>
internal sealed class Echo : IPeer
{
    private readonly string _topic;
    private readonly ConnectPacket _connect;
    private readonly Link? _link;
    private readonly Queue<long> _sentAt = new();
    private readonly long _begunAt = Stopwatch.GetTimestamp();
    private long _acceptedAt;
    private EchoTimes _times;

    private Echo(EventLoop loop, Endpoint endpoint, ConnectPacket connect, EchoTimes times)
    {
        _topic = "echo/" + connect.ClientId;
        _connect = connect;
        _times = times;
        _link = Link.Dial(loop, this, endpoint);
        if (_link is null) IsOver = true;
        else Send(connect.Write);
    }

    /// <summary>It may publish.</summary>
    public bool IsReady { get; private set; }

    /// <summary>It has no connection any more, or never had one.</summary>
    public bool IsOver { get; private set; }

    /// <summary>TCP's handshake was answered.</summary>
    public bool IsReached { get; private set; }

    /// <summary>For how long it has been waiting for what it was promised first, or for the oldest echo, in ticks.</summary>
    public long WaitsFor(long now) => !IsReady ? now - _begunAt : _sentAt.TryPeek(out long sentAt) ? now - sentAt : 0;

    /// <summary>Messages whose echo is outstanding.</summary>
    public int Outstanding => _sentAt.Count;

    public static Echo Open(EventLoop loop, Endpoint endpoint, ConnectPacket connect, EchoTimes times) =>
        new(loop, endpoint, connect, times);

    /// <summary>From now on these are the times.</summary>
    public void Use(EchoTimes times) => _times = times;

    public void Publish()
    {
        _sentAt.Enqueue(Stopwatch.GetTimestamp());
        Send(output =>
        {
            PublishFields fields = new() { TopicUtf8 = Encoding.UTF8.GetBytes(_topic), Payload = "echo"u8 };
            PublishEncoder.Write(output, _connect.Version, fields);
        });
    }

    public void Close()
    {
        IsOver = true;
        IsReady = false;
        _link?.Close();
    }

    public void Reached() => IsReached = true;

    public void Frame(byte first, ReadOnlySpan<byte> body, long now)
    {
        switch ((PacketType)(first >> 4))
        {
            case PacketType.ConnAck when body[1] != 0:
                Close();
                break;
            case PacketType.ConnAck:
                _acceptedAt = now;
                _times.Connect.Record(now - _begunAt);
                Send(output => new SubscribePacket(1, 0, [new SubscriptionRequest(_topic, 0)]).Write(output, _connect.Version));
                break;
            case PacketType.SubAck:
                IsReady = true;
                Publish();
                break;
            default:
                bool isFirst = _acceptedAt > 0;
                long from = _sentAt.Dequeue();
                if (isFirst) _times.Served.Record(now - _acceptedAt);
                else _times.RoundTrip.Record(now - from);
                _acceptedAt = 0;
                HasEcho = true;
                break;
        }
    }

    /// <summary>Something has come back.</summary>
    public bool HasEcho { get; private set; }

    public void BatchEnd() => _link!.Flush();

    public void Closed()
    {
        IsOver = true;
        IsReady = false;
    }

    private void Send(Action<IBufferWriter<byte>> write)
    {
        var packet = new ArrayBufferWriter<byte>(128);
        write(packet);
        packet.WrittenSpan.CopyTo(_link!.Reserve(packet.WrittenCount));
        _link.Advance(packet.WrittenCount);
        _link.Flush();
    }
}
