using System.Buffers;
using BenchmarkDotNet.Attributes;
using Broker.Benchmarks.Wire;
using Broker.Protocol;
using Broker.Protocol.Packets;

namespace Broker.Benchmarks.Steps;

/// <summary>Bytes to packets.</summary>
public class Decode
{
    private const int FramesInSegments = 64;

    // No divisor of a frame: each is divided elsewhere.
    private const int SegmentBytes = 37;

    private readonly byte[] _mqtt311Qos0 = Frames.Publish(ProtocolVersion.Mqtt311, QualityOfService.AtMostOnce);
    private readonly byte[] _mqtt311Qos1 = Frames.Publish(ProtocolVersion.Mqtt311, QualityOfService.AtLeastOnce);
    private readonly byte[] _mqtt311Qos2 = Frames.Publish(ProtocolVersion.Mqtt311, QualityOfService.ExactlyOnce);
    private readonly byte[] _mqtt50Qos0 = Frames.Publish(ProtocolVersion.Mqtt50, QualityOfService.AtMostOnce);
    private readonly byte[] _mqtt50Qos1 = Frames.Publish(ProtocolVersion.Mqtt50, QualityOfService.AtLeastOnce);
    private readonly byte[] _mqtt50Qos2 = Frames.Publish(ProtocolVersion.Mqtt50, QualityOfService.ExactlyOnce);
    private readonly byte[] _mqtt311Subscribe = Frames.BodyOf(Frames.Subscribe(ProtocolVersion.Mqtt311));
    private readonly byte[] _mqtt50Subscribe = Frames.BodyOf(Frames.Subscribe(ProtocolVersion.Mqtt50));
    private readonly byte[] _mqtt311Connect = Frames.BodyOf(Frames.Connect(ProtocolVersion.Mqtt311));
    private readonly byte[] _mqtt50Connect = Frames.BodyOf(Frames.Connect(ProtocolVersion.Mqtt50));
    private readonly byte[] _pubAck = [0, 7];
    private readonly byte[] _mqtt50PubAck = [0, 7, (byte)ReasonCode.NoMatchingSubscribers];
    private readonly ReadOnlySequence<byte> _segmented;

    public Decode() => _segmented = SegmentedBytes.Of(Frames.Repeated(_mqtt311Qos1, FramesInSegments), SegmentBytes);

    [Benchmark]
    public int Mqtt311PublishQos0() => Publish(_mqtt311Qos0, ProtocolVersion.Mqtt311);

    [Benchmark]
    public int Mqtt311PublishQos1() => Publish(_mqtt311Qos1, ProtocolVersion.Mqtt311);

    [Benchmark]
    public int Mqtt311PublishQos2() => Publish(_mqtt311Qos2, ProtocolVersion.Mqtt311);

    [Benchmark]
    public int Mqtt50PublishQos0() => Publish(_mqtt50Qos0, ProtocolVersion.Mqtt50);

    [Benchmark]
    public int Mqtt50PublishQos1() => Publish(_mqtt50Qos1, ProtocolVersion.Mqtt50);

    [Benchmark]
    public int Mqtt50PublishQos2() => Publish(_mqtt50Qos2, ProtocolVersion.Mqtt50);

    [Benchmark]
    public int Mqtt311Subscribe() => Subscribe(_mqtt311Subscribe, ProtocolVersion.Mqtt311);

    [Benchmark]
    public int Mqtt50Subscribe() => Subscribe(_mqtt50Subscribe, ProtocolVersion.Mqtt50);

    [Benchmark]
    public int Mqtt311Connect() => Connect(_mqtt311Connect);

    [Benchmark]
    public int Mqtt50Connect() => Connect(_mqtt50Connect);

    [Benchmark]
    public int Mqtt311PubAck() => PubAck(_pubAck, ProtocolVersion.Mqtt311);

    [Benchmark]
    public int Mqtt50PubAckWithReason() => PubAck(_mqtt50PubAck, ProtocolVersion.Mqtt50);

    /// <summary>Finds frames of which every one is divided between segments.</summary>
    [Benchmark(OperationsPerInvoke = FramesInSegments)]
    public int FrameInSegments()
    {
        ReadOnlySequence<byte> rest = _segmented;
        int bytes = 0;
        while (FrameReader.TryRead(in rest, 0, ProtocolVersion.Mqtt311, out FrameHeader header, out _) == FrameStatus.Complete)
        {
            bytes += header.TotalLength;
            rest = rest.Slice(header.TotalLength);
        }
        return bytes;
    }

    private static int Publish(byte[] frame, ProtocolVersion version)
    {
        FrameReader.TryRead(frame, 0, version, out FrameHeader header, out _);
        PublishPacket.TryDecode(
            header.Flags, frame.AsSpan(header.HeaderLength), version, PublishDirection.FromClient,
            out PublishPacket packet, out _);
        return packet.Payload.Length;
    }

    private static int Subscribe(byte[] body, ProtocolVersion version) =>
        SubscribePacket.TryDecode(body, version, out SubscribePacket? packet, out _) ? packet.Requests.Count : 0;

    private static int Connect(byte[] body) =>
        ConnectPacket.TryDecode(body, out ConnectPacket? packet, out _, out _) ? packet.KeepAliveSeconds : 0;

    private static int PubAck(byte[] body, ProtocolVersion version) =>
        AckPacket.TryDecode(PacketType.PubAck, body, version, out AckPacket packet, out _) ? packet.PacketId : 0;
}
