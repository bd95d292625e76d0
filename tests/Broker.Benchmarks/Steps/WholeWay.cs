using BenchmarkDotNet.Attributes;
using Broker.Benchmarks.Engine;
using Broker.Benchmarks.Wire;
using Broker.Protocol;

namespace Broker.Benchmarks.Steps;

/// <summary>
/// From the bytes of a PUBLISH to the bytes of the last acknowledgement, through the engine with pipes in the place of sockets:
/// read, decode, route, offer, write. One operation is one message of the publisher.
/// </summary>
public class WholeWay
{
    private const int BatchCount = 64;
    private const int LargePayloadBytes = 10 * 1024;

    private readonly byte[] _mqtt311Qos0 = Frames.Publish(ProtocolVersion.Mqtt311, QualityOfService.AtMostOnce);
    private readonly byte[] _mqtt311Qos1 = Frames.Publish(ProtocolVersion.Mqtt311, QualityOfService.AtLeastOnce);
    private readonly byte[] _mqtt311Qos2 = Frames.Publish(ProtocolVersion.Mqtt311, QualityOfService.ExactlyOnce);
    private readonly byte[] _mqtt50Qos0 = Frames.Publish(ProtocolVersion.Mqtt50, QualityOfService.AtMostOnce);
    private readonly byte[] _mqtt50Qos1 = Frames.Publish(ProtocolVersion.Mqtt50, QualityOfService.AtLeastOnce);
    private readonly byte[] _large =
        Frames.Publish(ProtocolVersion.Mqtt311, QualityOfService.AtMostOnce, LargePayloadBytes);

    private readonly byte[] _retained =
        Frames.Publish(ProtocolVersion.Mqtt311, QualityOfService.AtMostOnce, retain: true);

    private readonly byte[] _batch;
    private Way? _way;

    public WholeWay() => _batch = Frames.Repeated(_mqtt311Qos0, BatchCount);

    [Benchmark]
    public int Mqtt311Qos0() =>
        (_way ??= new Way(ProtocolVersion.Mqtt311, QualityOfService.AtMostOnce)).Publish(_mqtt311Qos0);

    [Benchmark]
    public int Mqtt311Qos1() =>
        (_way ??= new Way(ProtocolVersion.Mqtt311, QualityOfService.AtLeastOnce)).Publish(_mqtt311Qos1);

    [Benchmark]
    public int Mqtt311Qos2() =>
        (_way ??= new Way(ProtocolVersion.Mqtt311, QualityOfService.ExactlyOnce)).Publish(_mqtt311Qos2);

    [Benchmark]
    public int Mqtt50Qos0() =>
        (_way ??= new Way(ProtocolVersion.Mqtt50, QualityOfService.AtMostOnce)).Publish(_mqtt50Qos0);

    [Benchmark]
    public int Mqtt50Qos1() =>
        (_way ??= new Way(ProtocolVersion.Mqtt50, QualityOfService.AtLeastOnce)).Publish(_mqtt50Qos1);

    /// <summary>Publisher and subscriber have sessions that are kept in a store.</summary>
    [Benchmark]
    public int Mqtt311Qos1Stored() =>
        (_way ??= new Way(ProtocolVersion.Mqtt311, QualityOfService.AtLeastOnce, isStored: true)).Publish(_mqtt311Qos1);

    [Benchmark]
    public int Mqtt311Qos2Stored() =>
        (_way ??= new Way(ProtocolVersion.Mqtt311, QualityOfService.ExactlyOnce, isStored: true)).Publish(_mqtt311Qos2);

    /// <summary>Nobody is subscribed: it is acknowledged and gone.</summary>
    [Benchmark]
    public int Mqtt311Qos1ToNobody() =>
        (_way ??= new Way(ProtocolVersion.Mqtt311, QualityOfService.AtLeastOnce, subscribers: 0)).Publish(_mqtt311Qos1);

    [Benchmark]
    public int Mqtt311Qos0ToHundred() =>
        (_way ??= new Way(ProtocolVersion.Mqtt311, QualityOfService.AtMostOnce, subscribers: 100)).Publish(_mqtt311Qos0);

    [Benchmark]
    public int Mqtt311Qos1ToHundred() =>
        (_way ??= new Way(ProtocolVersion.Mqtt311, QualityOfService.AtLeastOnce, subscribers: 100)).Publish(_mqtt311Qos1);

    /// <summary>As many messages as come in one read.</summary>
    [Benchmark(OperationsPerInvoke = BatchCount)]
    public int Mqtt311Qos0InBatch() =>
        (_way ??= new Way(ProtocolVersion.Mqtt311, QualityOfService.AtMostOnce)).Publish(_batch);

    /// <summary>A frame that fills several segments of the transport's buffer.</summary>
    [Benchmark]
    public int Mqtt311Qos0InSegments() =>
        (_way ??= new Way(ProtocolVersion.Mqtt311, QualityOfService.AtMostOnce)).Publish(_large);

    /// <summary>It replaces the retained message of its topic.</summary>
    [Benchmark]
    public int Mqtt311Qos0Retained() =>
        (_way ??= new Way(ProtocolVersion.Mqtt311, QualityOfService.AtMostOnce)).Publish(_retained);

    [GlobalCleanup]
    public void CleanUp() => _way?.Dispose();
}
