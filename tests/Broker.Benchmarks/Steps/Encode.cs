using BenchmarkDotNet.Attributes;
using Broker.Benchmarks.Wire;
using Broker.Connections;
using Broker.Diagnostics;
using Broker.Messages;
using Broker.Protocol;
using Broker.Sessions;

namespace Broker.Benchmarks.Steps;

/// <summary>What leaves, to bytes.</summary>
public class Encode
{
    private const int LargePayloadBytes = 16 * 1024;

    private readonly ScratchWriter _output = new();
    private readonly Traffic _traffic = new();
    private readonly PublishWriter _mqtt311 = WriterFor(ProtocolVersion.Mqtt311);
    private readonly PublishWriter _mqtt50 = WriterFor(ProtocolVersion.Mqtt50);
    private readonly PublishWriter _aliasing = WriterFor(ProtocolVersion.Mqtt50, aliases: 10);
    private readonly OutboxEntry _qos0 = EntryOf(MessageOf(isShared: false), QualityOfService.AtMostOnce);
    private readonly OutboxEntry _qos1 = EntryOf(MessageOf(isShared: false), QualityOfService.AtLeastOnce);
    private readonly OutboxEntry _qos1WithId =
        EntryOf(MessageOf(isShared: false, expiresAt: 1L << 50), QualityOfService.AtLeastOnce, 12);

    private readonly OutboxEntry _sharedQos0 = EntryOf(MessageOf(isShared: true), QualityOfService.AtMostOnce);
    private readonly OutboxEntry _sharedQos1 = EntryOf(MessageOf(isShared: true), QualityOfService.AtLeastOnce);
    private readonly OutboxEntry _largeQos0 =
        EntryOf(MessageOf(isShared: false, payloadBytes: LargePayloadBytes), QualityOfService.AtMostOnce);

    private readonly Ack _pubAck = new(PacketType.PubAck, Frames.PacketId, ReasonCode.Success, 0);
    private readonly Ack _pubAckToNobody = new(PacketType.PubAck, Frames.PacketId, ReasonCode.NoMatchingSubscribers, 0);
    private readonly Ack _pubRec = new(PacketType.PubRec, Frames.PacketId, ReasonCode.Success, 0);
    private readonly Ack _subAck =
        new(PacketType.SubAck, Frames.PacketId, ReasonCode.Success, 0, [ReasonCode.Success, ReasonCode.GrantedQos1]);

    [Benchmark]
    public int Mqtt311PublishQos0() => Publish(_mqtt311, in _qos0);

    [Benchmark]
    public int Mqtt311PublishQos1() => Publish(_mqtt311, in _qos1);

    [Benchmark]
    public int Mqtt50PublishQos0() => Publish(_mqtt50, in _qos0);

    /// <summary>With a Subscription Identifier and a Message Expiry Interval.</summary>
    [Benchmark]
    public int Mqtt50PublishQos1() => Publish(_mqtt50, in _qos1WithId);

    [Benchmark]
    public int Mqtt50PublishWithAlias() => Publish(_aliasing, in _qos1);

    [Benchmark]
    public int LargePublishQos0() => Publish(_mqtt311, in _largeQos0);

    /// <summary>A frame that was encoded for another receiver.</summary>
    [Benchmark]
    public int SharedPublishQos0() => Publish(_mqtt311, in _sharedQos0);

    [Benchmark]
    public int SharedPublishQos1() => Publish(_mqtt311, in _sharedQos1);

    [Benchmark]
    public int PubAck() => Acknowledge(in _pubAck, ProtocolVersion.Mqtt311);

    [Benchmark]
    public int Mqtt50PubAckWithReason() => Acknowledge(in _pubAckToNobody, ProtocolVersion.Mqtt50);

    [Benchmark]
    public int PubRec() => Acknowledge(in _pubRec, ProtocolVersion.Mqtt311);

    [Benchmark]
    public int SubAck() => Acknowledge(in _subAck, ProtocolVersion.Mqtt50);

    private int Publish(PublishWriter writer, in OutboxEntry entry)
    {
        writer.Write(_output, in entry, dup: false, TimeProvider.System);
        return _output.LastLength;
    }

    private int Acknowledge(in Ack ack, ProtocolVersion version)
    {
        AckWriter.Write(_output, in ack, version, _traffic.OfThread);
        return _output.LastLength;
    }

    private static PublishWriter WriterFor(ProtocolVersion version, int aliases = 0) =>
        new(new ClientParameters { ClientId = "client", Version = version, OutboundAliases = aliases }, mountPoint: null);

    private static OutboxEntry EntryOf(Message message, QualityOfService qos, params uint[] subscriptionIds) =>
        new(message, subscriptionIds, qos, Retain: false, Sequence: qos == QualityOfService.AtMostOnce ? 0 : 1);

    private static Message MessageOf(bool isShared, int payloadBytes = 64, long expiresAt = Message.NeverExpires)
    {
        byte[] properties = Frames.ForwardedProperties;
        return new Message(new Topic(Frames.Topic), [.. properties, .. Frames.Payload(payloadBytes)], properties.Length)
        {
            Qos = QualityOfService.AtLeastOnce,
            ExpiresAt = expiresAt,
            SharedFrames = isShared ? new SharedFrames() : null,
        };
    }
}
