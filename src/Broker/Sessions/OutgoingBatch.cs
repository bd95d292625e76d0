using Broker.Protocol;

namespace Broker.Sessions;

/// <summary>One thing to write: an acknowledgement, a PUBLISH, or a PUBREL that is sent again.</summary>
internal readonly record struct OutgoingItem
{
    private OutgoingItem(Ack ack, OutboxEntry entry, bool isPublish, bool dup) =>
        (Ack, Entry, IsPublish, Dup) = (ack, entry, isPublish, dup);

    public Ack Ack { get; }

    public OutboxEntry Entry { get; }

    /// <summary>Whether <see cref="Entry"/> is meant, else <see cref="Ack"/>.</summary>
    public bool IsPublish { get; }

    /// <summary>The DUP flag of the PUBLISH [MQTT-3.3.1-1].</summary>
    public bool Dup { get; }

    public static OutgoingItem Of(in Ack ack) => new(ack, default, isPublish: false, dup: false);

    public static OutgoingItem Publish(in OutboxEntry entry, bool dup) => new(default, entry, isPublish: true, dup);

    public static OutgoingItem PubRel(long sequence) =>
        Of(new Ack(PacketType.PubRel, PacketIds.Of(sequence), ReasonCode.Success, Ticket: 0));
}

/// <summary>What a drain takes from a session under one lock. Reused by its thread; not kept across a flush.</summary>
internal sealed class OutgoingBatch
{
    private const int Capacity = 64;
    private const int PayloadBytesFull = 64 * 1024;

    private readonly OutgoingItem[] _items = new OutgoingItem[Capacity];
    private int _count;
    private int _payloadBytes;

    public ReadOnlySpan<OutgoingItem> Items => _items.AsSpan(0, _count);

    /// <summary>Write these first: there may be more to take.</summary>
    public bool IsFull => _count == Capacity || _payloadBytes >= PayloadBytesFull;

    /// <summary>The lowest ticket that holds something back; 0: none.</summary>
    public long WaitTicket { get; private set; }

    public void Add(in OutgoingItem item)
    {
        _items[_count++] = item;
        if (item.IsPublish) _payloadBytes += item.Entry.Message.PayloadLength;
    }

    public void HoldBack(long ticket) => WaitTicket = WaitTicket == 0 ? ticket : Math.Min(WaitTicket, ticket);

    /// <summary>Lets go of the messages.</summary>
    public void Clear()
    {
        _items.AsSpan(0, _count).Clear();
        _count = 0;
        _payloadBytes = 0;
        WaitTicket = 0;
    }
}
