using Broker.Protocol;
using Broker.Protocol.Packets;
using Load.Wire;

namespace Load.Clients;

/// <summary>One connection: greets, subscribes, says goodbye, and leaves everything else to its role.</summary>
internal sealed class Client : IPeer
{
    private const ushort SubscribeId = 1;

    private readonly IRole _role;
    private readonly ProtocolVersion _version;
    private readonly IReadOnlyList<SubscriptionRequest> _subscriptions;
    private bool _isLeaving;

    private Client(
        EventLoop loop, Endpoint endpoint, IRole role, ConnectPacket connect, IReadOnlyList<SubscriptionRequest> subscriptions)
    {
        _role = role;
        _version = connect.Version;
        _subscriptions = subscriptions;
        Link = Link.Connect(loop, this, endpoint);
        role.Opened(this);
        Link.Send(connect.Write);
    }

    public Link Link { get; }

    /// <summary>CONNACK and SUBACK have come.</summary>
    public bool IsReady { get; private set; }

    /// <summary>The broker has closed after our DISCONNECT.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>CONNACK said so.</summary>
    public bool IsSessionPresent { get; private set; }

    /// <summary>How many messages the broker takes at once.</summary>
    public int ReceiveMaximum { get; private set; } = ushort.MaxValue;

    public bool IsMqtt5 => _version == ProtocolVersion.Mqtt50;

    /// <summary>Connects; the subscriptions, if any, go out after CONNACK.</summary>
    public static Client Open(
        EventLoop loop, Endpoint endpoint, IRole role, ConnectPacket connect, IReadOnlyList<SubscriptionRequest> subscriptions) =>
        new(loop, endpoint, role, connect, subscriptions);

    /// <summary>DISCONNECT; the broker closes when it has read everything before it.</summary>
    public void Leave()
    {
        _isLeaving = true;
        Link.Send([0xE0, 0x00]);
    }

    public void Frame(byte first, ReadOnlySpan<byte> body, long now)
    {
        switch ((PacketType)(first >> 4))
        {
            case PacketType.ConnAck:
                Accepted(body);
                break;
            case PacketType.SubAck when !IsReady:
                Subscribed(body);
                break;
            case PacketType.Disconnect:
                throw new LoadException($"{_role.Name}: DISCONNECT, reason 0x{(body.IsEmpty ? 0 : body[0]):X2}");
            default:
                _role.Frame(first, body, now);
                break;
        }
    }

    public void BatchEnd()
    {
        if (!_isLeaving) _role.BatchEnd();
        Link.Flush();
    }

    public void Closed()
    {
        IsClosed = true;
        if (!_isLeaving) throw new LoadException($"{_role.Name}: the broker closed the connection");
    }

    private void Accepted(ReadOnlySpan<byte> body)
    {
        if (!ConnAckPacket.TryDecode(body, _version, out ConnAckPacket? packet, out Fault? fault))
            throw new LoadException($"{_role.Name}: CONNACK is malformed: {fault}");
        if (packet.ReasonCode != ReasonCode.Success)
            throw new LoadException($"{_role.Name}: refused, {packet.ReasonCode} {packet.ReasonString}");
        IsSessionPresent = packet.SessionPresent;
        ReceiveMaximum = packet.ReceiveMaximum ?? ushort.MaxValue;
        if (_subscriptions.Count == 0)
        {
            IsReady = true;
            return;
        }
        Link.Send(output => new SubscribePacket(SubscribeId, 0, _subscriptions).Write(output, _version));
    }

    private void Subscribed(ReadOnlySpan<byte> body)
    {
        if (!SubAckPacket.TryDecode(body, _version, out SubAckPacket? packet, out Fault? fault))
            throw new LoadException($"{_role.Name}: SUBACK is malformed: {fault}");
        for (int i = 0; i < _subscriptions.Count; i++)
        {
            if ((int)packet.ReasonCodes[i] != (int)_subscriptions[i].Qos)
                throw new LoadException($"{_role.Name}: {_subscriptions[i].Filter} was granted {packet.ReasonCodes[i]}");
        }
        IsReady = true;
    }
}
