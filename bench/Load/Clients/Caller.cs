using System.Diagnostics;
using Load.Measuring;

namespace Load.Clients;

/// <summary>Connects, is accepted, says goodbye, closes, and does it again.</summary>
/// <param name="number">From 0.</param>
/// <param name="open">Opens its next connection, from its own number and that of the attempt.</param>
/// <param name="latency">From the beginning of TCP's handshake to CONNACK.</param>
internal sealed class Caller(int number, Func<Caller, int, long, Client> open, LatencyHistogram latency) : IRole
{
    private Client? _client;
    private long _from;

    public string Name => $"caller {number}";

    /// <summary>How often it was accepted.</summary>
    public long Accepted { get; private set; }

    /// <summary>Is between two connections for good.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The connection that is there is the last.</summary>
    public bool IsStopping { get; set; }

    public void Call()
    {
        _from = Stopwatch.GetTimestamp();
        open(this, number, Accepted);
    }

    public void Opened(Client client) => _client = client;

    public void Frame(byte first, ReadOnlySpan<byte> body, long now) =>
        throw new LoadException($"{Name}: a packet of type {first >> 4}");

    public void BatchEnd()
    {
        if (!_client!.IsReady) return;
        latency.Record(Stopwatch.GetTimestamp() - _from);
        Accepted++;
        _client.Leave();
        _client.Link.Close();
        if (IsStopping) IsDone = true;
        else Call();
    }
}
