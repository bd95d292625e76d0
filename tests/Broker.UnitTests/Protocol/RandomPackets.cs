using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit.Packets;

namespace Broker.UnitTests.Protocol;

/// <summary>Packets of every type with every field and property in and out, from a seed.</summary>
internal sealed class RandomPackets(int seed)
{
    private static readonly string[] Alphabet = ["a", "Z", "0", " ", "~", "-", "é", "°", "漢", "\uFEFF", "😀", "𐍈"];

    private readonly RandomFields _fields = new(new Random(seed), Alphabet);

    public Random Random => _fields.Random;

    public object Next(PacketType type, ProtocolVersion version)
    {
        bool isV5 = version == ProtocolVersion.Mqtt50;
        return type switch
        {
            PacketType.Connect => NextConnect(version),
            PacketType.ConnAck => isV5 ? NextConnAck() : NextConnAckBefore5(version),
            PacketType.Publish => NextPublish(isV5),
            PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp => NextAck(type, isV5),
            PacketType.Subscribe => new SubscribePacket(_fields.Id(), isV5 ? _fields.UpTo(268_435_455) : 0, Requests(isV5))
            {
                UserProperties = _fields.User(isV5),
            },
            PacketType.SubAck => new SubAckPacket(_fields.Id(), Reasons(type, isV5), isV5 ? _fields.OptionalText() : null)
            {
                UserProperties = _fields.User(isV5),
            },
            PacketType.Unsubscribe => new UnsubscribePacket(_fields.Id(), [.. Requests(isV5).Select(request => request.Filter)])
            {
                UserProperties = _fields.User(isV5),
            },
            PacketType.UnsubAck => new UnsubAckPacket(
                _fields.Id(), isV5 ? Reasons(type, isV5) : [], isV5 ? _fields.OptionalText() : null)
            {
                UserProperties = _fields.User(isV5),
            },
            PacketType.Disconnect => isV5 ? NextDisconnect() : new DisconnectPacket(),
            PacketType.Auth => NextAuth(),
            _ => type,
        };
    }

    private ConnectPacket NextConnect(ProtocolVersion version)
    {
        bool isV5 = version == ProtocolVersion.Mqtt50;
        var packet = new ConnectPacket
        {
            Version = version,
            IsBridge = !isV5 && _fields.Bool(),
            CleanStart = _fields.Bool(),
            KeepAliveSeconds = (ushort)_fields.UpTo(ushort.MaxValue),
            ClientId = _fields.Text(),
            UserName = _fields.OptionalText(),
            Will = _fields.Bool() ? NextWill(isV5) : null,
        };
        packet = packet with { Password = isV5 || packet.UserName is not null ? _fields.OptionalBytes() : null };
        if (!isV5)
        {
            return packet;
        }

        bool hasMethod = _fields.Bool();
        return packet with
        {
            SessionExpiryIntervalSeconds = _fields.UpTo(uint.MaxValue),
            ReceiveMaximum = (ushort)(1 + _fields.UpTo(65534)),
            MaximumPacketSize = _fields.UpTo(uint.MaxValue),
            TopicAliasMaximum = (ushort)_fields.UpTo(ushort.MaxValue),
            RequestResponseInformation = _fields.Bool(),
            RequestProblemInformation = _fields.Bool(),
            AuthenticationMethod = hasMethod ? _fields.Text() : null,
            AuthenticationData = hasMethod ? _fields.OptionalBytes() : null,
            UserProperties = _fields.User(isV5),
        };
    }

    private WillMessage NextWill(bool isV5) => new()
    {
        Topic = _fields.Topic(),
        Payload = _fields.Bytes(),
        Qos = _fields.Qos(),
        Retain = _fields.Bool(),
        DelaySeconds = isV5 ? _fields.UpTo(uint.MaxValue) : 0,
        MessageExpirySeconds = isV5 ? _fields.OptionalUpTo(uint.MaxValue) : null,
        ForwardedProperties = isV5 ? _fields.Forwarded() : default,
    };

    private ConnAckPacket NextConnAckBefore5(ProtocolVersion version)
    {
        ReasonCode reason = ReturnCodes.ToReason((byte)_fields.UpTo(ReturnCodes.Max));
        bool mayBePresent = reason == ReasonCode.Success && version == ProtocolVersion.Mqtt311;
        return new ConnAckPacket { ReasonCode = reason, SessionPresent = mayBePresent && _fields.Bool() };
    }

    private ConnAckPacket NextConnAck()
    {
        ReasonCode reason = _fields.Reason(PacketType.ConnAck);
        return new ConnAckPacket
        {
            ReasonCode = reason,
            SessionPresent = reason == ReasonCode.Success && _fields.Bool(),
            SessionExpiryIntervalSeconds = _fields.OptionalUpTo(uint.MaxValue),
            ReceiveMaximum = (ushort?)(1 + _fields.OptionalUpTo(65534)),
            MaximumQos = (QualityOfService?)_fields.OptionalUpTo(1),
            RetainAvailable = _fields.OptionalBool(),
            MaximumPacketSize = 1 + _fields.OptionalUpTo(uint.MaxValue - 1),
            AssignedClientIdentifier = _fields.OptionalText(),
            TopicAliasMaximum = (ushort?)_fields.OptionalUpTo(ushort.MaxValue),
            ReasonString = _fields.OptionalText(),
            UserProperties = _fields.User(isV5: true),
            WildcardSubscriptionAvailable = _fields.OptionalBool(),
            SubscriptionIdentifierAvailable = _fields.OptionalBool(),
            SharedSubscriptionAvailable = _fields.OptionalBool(),
            ServerKeepAliveSeconds = (ushort?)_fields.OptionalUpTo(ushort.MaxValue),
            ResponseInformation = _fields.OptionalText(),
            ServerReference = _fields.OptionalText(),
            AuthenticationMethod = _fields.OptionalText(),
            AuthenticationData = _fields.OptionalBytes(),
        };
    }

    private PublishSnapshot NextPublish(bool isV5)
    {
        QualityOfService qos = _fields.Qos();
        bool isAcknowledged = qos != QualityOfService.AtMostOnce;
        var packet = new PublishSnapshot
        {
            Qos = qos,
            Dup = isAcknowledged && _fields.Bool(),
            PacketId = isAcknowledged ? _fields.Id() : (ushort)0,
            Retain = _fields.Bool(),
            Topic = _fields.Topic(),
            Payload = _fields.Bytes(),
        };
        if (!isV5)
        {
            return packet;
        }

        ushort alias = (ushort)_fields.UpTo(ushort.MaxValue);
        return packet with
        {
            Topic = alias > 0 && _fields.Bool() ? "" : packet.Topic,
            TopicAlias = alias,
            Forwarded = _fields.Forwarded(),
            ExpirySeconds = _fields.OptionalUpTo(uint.MaxValue),
            SubscriptionIds = [.. Enumerable.Range(0, Random.Next(4)).Select(_ => 1 + _fields.UpTo(268_435_454))],
        };
    }

    private AckPacket NextAck(PacketType type, bool isV5) => !isV5
        ? new AckPacket(type, _fields.Id())
        : new AckPacket(type, _fields.Id(), _fields.Reason(type), _fields.OptionalText()) { UserProperties = _fields.User(isV5) };

    private DisconnectPacket NextDisconnect() => new()
    {
        ReasonCode = _fields.Reason(PacketType.Disconnect),
        SessionExpiryIntervalSeconds = _fields.OptionalUpTo(uint.MaxValue),
        ReasonString = _fields.OptionalText(),
        ServerReference = _fields.OptionalText(),
        UserProperties = _fields.User(isV5: true),
    };

    private AuthPacket NextAuth() => new()
    {
        ReasonCode = _fields.Reason(PacketType.Auth),
        AuthenticationMethod = _fields.Text(),
        AuthenticationData = _fields.OptionalBytes(),
        ReasonString = _fields.OptionalText(),
        UserProperties = _fields.User(isV5: true),
    };

    private List<SubscriptionRequest> Requests(bool isV5)
    {
        List<SubscriptionRequest> requests = [];
        for (int left = Random.Next(1, 4); left > 0; left--)
        {
            bool isShared = Random.Next(3) == 0;
            string filter = (isShared ? "$share/g-1/" : "") + _fields.Filter();
            byte options = SubscriptionRequest.ToOptions(
                _fields.Qos(), isV5 && !isShared && _fields.Bool(), isV5 && _fields.Bool(), isV5 ? Random.Next(3) : 0);
            requests.Add(new SubscriptionRequest(filter, options));
        }

        return requests;
    }

    private List<ReasonCode> Reasons(PacketType type, bool isV5)
    {
        ReasonCode[] before5 = [ReasonCode.Success, ReasonCode.GrantedQos1, ReasonCode.GrantedQos2, ReasonCode.UnspecifiedError];
        return [.. Enumerable.Range(0, Random.Next(1, 5)).Select(_ => isV5 ? _fields.Reason(type) : before5[Random.Next(4)])];
    }
}
