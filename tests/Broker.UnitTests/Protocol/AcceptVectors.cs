using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Packets;
using static Broker.Protocol.ProtocolVersion;

namespace Broker.UnitTests.Protocol;

/// <summary>Every packet of every version, byte by byte as the specification has it, in the form that we write.</summary>
internal static class AcceptVectors
{
    public static IReadOnlyList<AcceptVector> All { get; } =
        [.. Connects(), .. ConnAcks(), .. Publishes(), .. Acks(), .. Subscribes(), .. Unsubscribes(), .. Others()];

    private static IEnumerable<AcceptVector> Connects() =>
    [
        new("10 0d 00 04 'MQTT' 04 02 00 3c 00 01 'c'", Mqtt311,
            new ConnectPacket { Version = Mqtt311, CleanStart = true, KeepAliveSeconds = 60, ClientId = "c" }),
        new("10 0f 00 06 'MQIsdp' 03 00 00 0a 00 01 'c'", Mqtt31,
            new ConnectPacket { Version = Mqtt31, KeepAliveSeconds = 10, ClientId = "c" }),
        new("10 0d 00 04 'MQTT' 84 02 00 3c 00 01 'b'", Mqtt311,
            new ConnectPacket { Version = Mqtt311, IsBridge = true, CleanStart = true, KeepAliveSeconds = 60, ClientId = "b" }),
        new("10 0d 00 04 'MQTT' 05 02 00 00 00 00 00", Mqtt50, new ConnectPacket { Version = Mqtt50, CleanStart = true }),
        new("10 .. <'MQTT'> 04 ee 00 05 <'c'> <'w/t'> <'bye'> <'user'> <00 ff>", Mqtt311, new ConnectPacket
        {
            Version = Mqtt311,
            CleanStart = true,
            KeepAliveSeconds = 5,
            ClientId = "c",
            UserName = "user",
            Password = Bytes("00 ff"),
            Will = new WillMessage { Topic = "w/t", Payload = Bytes("'bye'"), Qos = QualityOfService.AtLeastOnce, Retain = true },
        }),
        new("10 .. <'MQTT'> 05 54 00 00 "
            + "(11 ff ff ff ff 21 00 14 27 00 00 10 00 22 00 0a 19 01 17 00 15 <'SCRAM'> 16 <01> "
            + "26 <'a'> <'1'> 26 <'a'> <'2'>) <'c'> "
            + "(01 01 03 <'text'> 08 <'r/t'> 09 <07> 26 <'n'> <'v'> 18 00 00 00 1e 02 00 00 01 00) <'w'> <> <'p'>", Mqtt50,
            FullConnect()),
    ];

    private static ConnectPacket FullConnect() => new()
    {
        Version = Mqtt50,
        SessionExpiryIntervalSeconds = uint.MaxValue,
        ReceiveMaximum = 20,
        MaximumPacketSize = 4096,
        TopicAliasMaximum = 10,
        RequestResponseInformation = true,
        RequestProblemInformation = false,
        AuthenticationMethod = "SCRAM",
        AuthenticationData = Bytes("01"),
        UserProperties = [new("a", "1"), new("a", "2")],
        ClientId = "c",
        Password = Bytes("'p'"),
        Will = new WillMessage
        {
            Topic = "w",
            Qos = QualityOfService.ExactlyOnce,
            DelaySeconds = 30,
            MessageExpirySeconds = 256,
            ForwardedProperties = WireFrame.Parse("01 01 03 <'text'> 08 <'r/t'> 09 <07> 26 <'n'> <'v'>"),
        },
    };

    private static IEnumerable<AcceptVector> ConnAcks() =>
    [
        new("20 02 00 00", Mqtt31, new ConnAckPacket()),
        new("20 02 01 00", Mqtt311, new ConnAckPacket { SessionPresent = true }),
        new("20 02 00 05", Mqtt311, new ConnAckPacket { ReasonCode = ReasonCode.NotAuthorized }),
        new("20 03 01 00 00", Mqtt50, new ConnAckPacket { SessionPresent = true }),
        new("20 03 00 86 00", Mqtt50, new ConnAckPacket { ReasonCode = ReasonCode.BadUserNameOrPassword }),
        new("20 0e 00 00 0b 22 00 0a 27 00 1e 84 80 21 00 14", Mqtt50,
            new ConnAckPacket { TopicAliasMaximum = 10, MaximumPacketSize = 2_000_000, ReceiveMaximum = 20 }),
        new("20 .. 00 00 (22 00 0a 12 <'auto-1'> 13 00 3c 11 00 00 00 05 15 <'m'> 16 <> 1f <'why'> 1a <'r/'> 1c <'other'> "
            + "26 <'n'> <'v'> 28 00 29 01 2a 00 25 00 27 00 00 00 01 21 00 01 24 01)", Mqtt50, FullConnAck()),
    ];

    private static ConnAckPacket FullConnAck() => new()
    {
        TopicAliasMaximum = 10,
        AssignedClientIdentifier = "auto-1",
        ServerKeepAliveSeconds = 60,
        SessionExpiryIntervalSeconds = 5,
        AuthenticationMethod = "m",
        AuthenticationData = Bytes(""),
        ReasonString = "why",
        ResponseInformation = "r/",
        ServerReference = "other",
        UserProperties = [new("n", "v")],
        WildcardSubscriptionAvailable = false,
        SubscriptionIdentifierAvailable = true,
        SharedSubscriptionAvailable = false,
        RetainAvailable = false,
        MaximumPacketSize = 1,
        ReceiveMaximum = 1,
        MaximumQos = QualityOfService.AtLeastOnce,
    };

    private static IEnumerable<AcceptVector> Publishes() =>
    [
        new("30 08 00 03 'a/b' '123'", Mqtt311, new PublishSnapshot { Topic = "a/b", Payload = Bytes("'123'") }),
        new("31 03 00 01 'a'", Mqtt31, new PublishSnapshot { Topic = "a", Retain = true }),
        new("3b 07 00 01 'a' 00 0a 'hi'", Mqtt31, new PublishSnapshot
        {
            Dup = true,
            Qos = QualityOfService.AtLeastOnce,
            Retain = true,
            Topic = "a",
            PacketId = 10,
            Payload = Bytes("'hi'"),
        }),
        new("34 06 00 01 'a' ff ff 00", Mqtt50,
            new PublishSnapshot { Qos = QualityOfService.ExactlyOnce, Topic = "a", PacketId = 65535 }),
        new("30 06 00 00 03 23 00 01", Mqtt50, new PublishSnapshot { TopicAlias = 1 }),
        new("30 .. <'ü'> (09 <01 02> 26 <'k'> <> 01 01 26 <'k'> <'2'> 08 <'r'> 03 <'c'> "
            + "02 00 00 00 00 0b 01 0b ff ff ff 7f 23 ff ff) 00", Mqtt50, new PublishSnapshot
            {
                Topic = "ü",
                Forwarded = WireFrame.Parse("09 <01 02> 26 <'k'> <> 01 01 26 <'k'> <'2'> 08 <'r'> 03 <'c'>"),
                ExpirySeconds = 0,
                SubscriptionIds = [1, 268_435_455],
                TopicAlias = 65535,
                Payload = Bytes("00"),
            }),
        new("30 .. <'a'*127>", Mqtt311, new PublishSnapshot { Topic = new string('a', 127) }),
    ];

    private static IEnumerable<AcceptVector> Acks() =>
    [
        new("40 02 00 01", Mqtt31, new AckPacket(PacketType.PubAck, 1)),
        new("40 02 01 00", Mqtt50, new AckPacket(PacketType.PubAck, 256)),
        new("40 03 00 01 10", Mqtt50, new AckPacket(PacketType.PubAck, 1, ReasonCode.NoMatchingSubscribers)),
        new("50 02 00 02", Mqtt311, new AckPacket(PacketType.PubRec, 2)),
        new("50 .. 00 02 97 (1f <'full'>)", Mqtt50, new AckPacket(PacketType.PubRec, 2, ReasonCode.QuotaExceeded, "full")),
        new("62 02 00 03", Mqtt311, new AckPacket(PacketType.PubRel, 3)),
        new("62 03 00 03 92", Mqtt50, new AckPacket(PacketType.PubRel, 3, ReasonCode.PacketIdentifierNotFound)),
        new("70 02 00 04", Mqtt311, new AckPacket(PacketType.PubComp, 4)),
        new("70 .. 00 04 00 (26 <'n'> <'v'>)", Mqtt50,
            new AckPacket(PacketType.PubComp, 4) { UserProperties = [new("n", "v")] }),
    ];

    private static IEnumerable<AcceptVector> Subscribes() =>
    [
        new("82 0e 00 0a 00 03 'a/b' 01 00 03 'c/d' 02", Mqtt311,
            new SubscribePacket(10, 0, [new("a/b", 1), new("c/d", 2)])),
        new("82 06 00 01 00 01 '#' 00", Mqtt31, new SubscribePacket(1, 0, [new("#", 0)])),
        new("82 .. 00 01 (0b 80 01 26 <'n'> <'v'>) <'+/x'> 2d <'$share/g/t'> 1a", Mqtt50,
            new SubscribePacket(1, 128, [new("+/x", 0x2d), new("$share/g/t", 0x1a)]) { UserProperties = [new("n", "v")] }),
        new("90 05 00 0a 00 02 80", Mqtt311,
            new SubAckPacket(10, [ReasonCode.Success, ReasonCode.GrantedQos2, ReasonCode.UnspecifiedError])),
        new("90 04 00 01 00 87", Mqtt50, new SubAckPacket(1, [ReasonCode.NotAuthorized])),
        new("90 .. 00 01 (1f <'no'> 26 <'n'> <'v'>) 01 a2", Mqtt50,
            new SubAckPacket(1, [ReasonCode.GrantedQos1, ReasonCode.WildcardSubscriptionsNotSupported], "no")
            { UserProperties = [new("n", "v")] }),
    ];

    private static IEnumerable<AcceptVector> Unsubscribes() =>
    [
        new("a2 0c 00 0a 00 03 'a/b' 00 03 'c/d'", Mqtt311, new UnsubscribePacket(10, ["a/b", "c/d"])),
        new("a2 06 00 01 00 00 01 'a'", Mqtt50, new UnsubscribePacket(1, ["a"])),
        new("a2 .. 00 01 (26 <'n'> <'v'>) <'$share/g/+'>", Mqtt50,
            new UnsubscribePacket(1, ["$share/g/+"]) { UserProperties = [new("n", "v")] }),
        new("b0 02 00 0a", Mqtt311, new UnsubAckPacket(10, [])),
        new("b0 05 00 01 00 00 11", Mqtt50, new UnsubAckPacket(1, [ReasonCode.Success, ReasonCode.NoSubscriptionExisted])),
        new("b0 .. 00 01 (1f <'no'>) 87", Mqtt50, new UnsubAckPacket(1, [ReasonCode.NotAuthorized], "no")),
    ];

    private static IEnumerable<AcceptVector> Others() =>
    [
        new("c0 00", Mqtt31, PacketType.PingReq),
        new("c0 00", Mqtt50, PacketType.PingReq),
        new("d0 00", Mqtt311, PacketType.PingResp),
        new("d0 00", Mqtt50, PacketType.PingResp),
        new("e0 00", Mqtt311, new DisconnectPacket()),
        new("e0 00", Mqtt50, new DisconnectPacket()),
        new("e0 01 8e", Mqtt50, new DisconnectPacket { ReasonCode = ReasonCode.SessionTakenOver }),
        new("e0 .. 04 (11 00 00 00 00 1f <'why'> 1c <'other'> 26 <'n'> <'v'>)", Mqtt50, new DisconnectPacket
        {
            ReasonCode = ReasonCode.DisconnectWithWillMessage,
            SessionExpiryIntervalSeconds = 0,
            ReasonString = "why",
            ServerReference = "other",
            UserProperties = [new("n", "v")],
        }),
        new("f0 00", Mqtt50, new AuthPacket()),
        new("f0 .. 18 (15 <'m'> 16 <01 02> 1f <'go'> 26 <'n'> <'v'>)", Mqtt50, new AuthPacket
        {
            ReasonCode = ReasonCode.ContinueAuthentication,
            AuthenticationMethod = "m",
            AuthenticationData = Bytes("01 02"),
            ReasonString = "go",
            UserProperties = [new("n", "v")],
        }),
    ];

    private static ReadOnlyMemory<byte> Bytes(string literal) => WireText.Parse(literal);
}
