using System.Runtime.InteropServices;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Sessions;

namespace Broker.Connections;

/// <summary>
/// What a read batch has collected for the session, so that its lock is taken once a batch and not once a packet. Lent to one
/// read batch at a time.
/// </summary>
internal sealed class ReadBatch
{
    [ThreadStatic]
    private static ReadBatch? _spare;

    private readonly List<Ack> _answers = [];
    private readonly List<ushort> _pubAcks = [];

    /// <summary>What was published and is not routed yet.</summary>
    public OpenRun Run { get; } = new();

    /// <summary>The buffer that <see cref="Run"/> lies in.</summary>
    public ReadOnlyMemory<byte> Segment { get; set; }

    /// <summary>
    /// PUBACK, PUBREC and PUBCOMP that are owed to the publisher, in the order in which the packets came [MQTT-4.6.0-2].
    /// </summary>
    public ReadOnlySpan<Ack> Answers => CollectionsMarshal.AsSpan(_answers);

    /// <summary>How many of them answer QoS 1.</summary>
    public int Qos1Answers { get; private set; }

    /// <summary>Packet ids of PUBACKs that came one after the other.</summary>
    public ReadOnlySpan<ushort> PubAcks => CollectionsMarshal.AsSpan(_pubAcks);

    public bool HasPubAcks => _pubAcks.Count > 0;

    /// <summary>Counts what the batch moves: those of its thread.</summary>
    public TrafficCounts Traffic { get; private set; } = null!;

    /// <summary>The thread's, unless another batch of this thread has it, within which this one is read.</summary>
    public static ReadBatch Borrow(Traffic traffic)
    {
        ReadBatch batch = _spare ?? new ReadBatch();
        _spare = null;
        batch.Traffic = traffic.OfThread;
        return batch;
    }

    public void GiveBack()
    {
        ClearAnswers();
        ClearPubAcks();
        Run.Clear();
        Segment = default;
        _spare = this;
    }

    public void Answer(in Ack ack)
    {
        if (ack.Type == PacketType.PubAck) Qos1Answers++;
        _answers.Add(ack);
    }

    public void ClearAnswers()
    {
        _answers.Clear();
        Qos1Answers = 0;
    }

    public void AddPubAck(ushort packetId) => _pubAcks.Add(packetId);

    public void ClearPubAcks() => _pubAcks.Clear();
}
