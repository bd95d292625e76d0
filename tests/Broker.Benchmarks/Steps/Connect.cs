using BenchmarkDotNet.Attributes;
using Broker.Benchmarks.Engine;
using Broker.Benchmarks.Wire;
using Broker.Persistence;
using Broker.Protocol;

namespace Broker.Benchmarks.Steps;

/// <summary>
/// A connection from accept to its end, with nothing but CONNECT and CONNACK. Of the bytes that the check counts about 1,150
/// are the pipes in the place of a socket; most of the rest is what an idle client costs for as long as it stays.
/// </summary>
public class Connect
{
    private readonly byte[] _mqtt311 = Frames.PlainConnect(ProtocolVersion.Mqtt311);
    private readonly byte[] _mqtt50 = Frames.PlainConnect(ProtocolVersion.Mqtt50);
    private readonly InlineBroker _broker = new(new MemoryStateStore());

    [Benchmark]
    public int Mqtt311() => _broker.ConnectAndClose(ProtocolVersion.Mqtt311, _mqtt311);

    [Benchmark]
    public int Mqtt50() => _broker.ConnectAndClose(ProtocolVersion.Mqtt50, _mqtt50);

    [GlobalCleanup]
    public void CleanUp() => _broker.Dispose();
}
