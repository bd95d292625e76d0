using Broker.Protocol;
using Broker.Sessions;

namespace Broker.Connections;

/// <summary>
/// PUBACK, PUBREC and PUBCOMP that a read batch owes its publisher until its end, in the order in which the packets came
/// [MQTT-4.6.0-2]. Lent to one read batch at a time.
/// </summary>
internal sealed class Answers
{
    [ThreadStatic]
    private static Answers? _spare;

    private readonly List<Ack> _acks = [];

    /// <summary>How many of them answer QoS 1.</summary>
    public int Qos1Count { get; private set; }

    public int Count => _acks.Count;

    public ReadOnlySpan<Ack> Items => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_acks);

    /// <summary>The thread's, unless another batch of this thread has it, within which this one is read.</summary>
    public static Answers Borrow()
    {
        Answers answers = _spare ?? new Answers();
        _spare = null;
        return answers;
    }

    public void GiveBack()
    {
        Clear();
        _spare = this;
    }

    public void Add(in Ack ack)
    {
        if (ack.Type == PacketType.PubAck) Qos1Count++;
        _acks.Add(ack);
    }

    public void Clear()
    {
        _acks.Clear();
        Qos1Count = 0;
    }
}
