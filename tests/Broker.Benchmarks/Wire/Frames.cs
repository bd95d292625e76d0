using System.Buffers;
using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;

namespace Broker.Benchmarks.Wire;

/// <summary>Packets as clients send them: whole frames.</summary>
internal static class Frames
{
    public const string Topic = "plant/7/line/3/temperature";

    public const ushort PacketId = 7;

    private const int PayloadBytes = 64;

    public static byte[] TopicUtf8 { get; } = Encoding.UTF8.GetBytes(Topic);

    /// <summary>Payload Format Indicator, Content Type and a User Property, as 5.0 encodes them.</summary>
    public static byte[] ForwardedProperties { get; } =
        [.. "\u0001\u0001"u8, .. "\u0003\u0000\u0010application/json"u8, .. "\u0026\u0000\u0004site\u0000\u0005north"u8];

    public static byte[] Payload(int length = PayloadBytes) => [.. Enumerable.Repeat((byte)'x', length)];

    /// <summary>A PUBLISH from a client; 5.0 with properties and a Message Expiry Interval.</summary>
    public static byte[] Publish(
        ProtocolVersion version, QualityOfService qos, int payloadBytes = PayloadBytes, bool retain = false)
    {
        bool isV5 = version == ProtocolVersion.Mqtt50;
        var fields = new PublishFields
        {
            Qos = qos,
            Retain = retain,
            TopicUtf8 = TopicUtf8,
            PacketId = qos == QualityOfService.AtMostOnce ? (ushort)0 : PacketId,
            ForwardedProperties = isV5 ? ForwardedProperties : [],
            MessageExpirySeconds = isV5 ? 3600u : null,
            Payload = Payload(payloadBytes),
        };
        var frame = new byte[PublishEncoder.GetLength(version, in fields)];
        PublishEncoder.Write(frame, version, in fields);
        return frame;
    }

    /// <summary>A SUBSCRIBE with three filters; 5.0 with a Subscription Identifier.</summary>
    public static byte[] Subscribe(ProtocolVersion version)
    {
        SubscriptionRequest[] requests = [new("plant/7/#", 1), new("plant/+/line/3/temperature", 0), new("alarms/7", 2)];
        var packet = new SubscribePacket(PacketId, version == ProtocolVersion.Mqtt50 ? 12u : 0u, requests);
        return Written(output => packet.Write(output, version));
    }

    /// <summary>A CONNECT with user name, password and will; 5.0 with properties.</summary>
    public static byte[] Connect(ProtocolVersion version)
    {
        bool isV5 = version == ProtocolVersion.Mqtt50;
        var packet = new ConnectPacket
        {
            Version = version,
            ClientId = "plant-7-line-3",
            CleanStart = true,
            KeepAliveSeconds = 60,
            UserName = "line-3",
            Password = "a password"u8.ToArray(),
            Will = new WillMessage { Topic = "plant/7/line/3/state", Payload = "gone"u8.ToArray() },
            SessionExpiryIntervalSeconds = isV5 ? 3600u : 0,
            ReceiveMaximum = isV5 ? (ushort)100 : ushort.MaxValue,
            UserProperties = isV5 ? [new UserProperty("site", "north")] : [],
        };
        return Written(packet.Write);
    }

    /// <summary>A CONNECT that asks for nothing.</summary>
    public static byte[] PlainConnect(ProtocolVersion version)
    {
        var packet = new ConnectPacket { Version = version, ClientId = "plant-7-line-3", CleanStart = true };
        return Written(packet.Write);
    }

    /// <summary>The same frame many times, one behind the other.</summary>
    public static byte[] Repeated(byte[] frame, int count) =>
        [.. Enumerable.Repeat(frame, count).SelectMany(static bytes => bytes)];

    /// <summary>What follows the fixed header.</summary>
    public static byte[] BodyOf(byte[] frame)
    {
        FrameReader.TryRead(frame, 0, out FrameHeader header, out _);
        return frame[header.HeaderLength..];
    }

    private static byte[] Written(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }
}
