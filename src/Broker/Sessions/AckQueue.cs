using Broker.Protocol;

namespace Broker.Sessions;

/// <summary>An acknowledgement that is owed to the client.</summary>
/// <param name="Type">PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK or UNSUBACK.</param>
/// <param name="PacketId">Of what it acknowledges.</param>
/// <param name="ReasonCode">Outcome; SUBACK and UNSUBACK have theirs in <paramref name="ReasonCodes"/>.</param>
/// <param name="Ticket">What must be durable before it may be sent; 0: nothing.</param>
/// <param name="ReasonCodes">Of SUBACK and UNSUBACK, one a filter; else null.</param>
internal readonly record struct Ack(
    PacketType Type, ushort PacketId, ReasonCode ReasonCode, long Ticket, ReasonCode[]? ReasonCodes = null);

/// <summary>
/// Acknowledgements in the order in which the packets came [MQTT-4.6.0-2], each behind its commit. Belongs to one connection.
/// Guarded by the session's lock.
/// </summary>
internal sealed class AckQueue
{
    private readonly RingQueue<Ack> _acks = new();

    /// <summary>PUBACKs and PUBRECs that wait: publishes the client has not been answered.</summary>
    public int UnansweredPublishes { get; private set; }

    /// <summary>Acknowledgements that wait.</summary>
    public int Count => _acks.Count;

    public void Add(in Ack ack)
    {
        if (ack.Type == PacketType.PubAck) UnansweredPublishes++;
        _acks.Enqueue(in ack);
    }

    public bool TryPeek(out Ack ack) => _acks.TryPeek(out ack);

    public void Dequeue()
    {
        if (_acks[0].Type == PacketType.PubAck) UnansweredPublishes--;
        _acks.Dequeue();
    }

    public void Clear()
    {
        _acks.Clear();
        UnansweredPublishes = 0;
    }
}
