using Broker.Protocol;

namespace Broker.Sessions;

/// <summary>One thing to write: an acknowledgement, a PUBLISH, or a PUBREL that is sent again.</summary>
internal record struct OutgoingItem
{
    public Ack Ack { get; set; }

    public OutboxEntry Entry { get; set; }

    /// <summary>Whether <see cref="Entry"/> is meant, else <see cref="Ack"/>.</summary>
    public bool IsPublish { get; set; }

    /// <summary>The DUP flag of the PUBLISH [MQTT-3.3.1-1].</summary>
    public bool Dup { get; set; }
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

    /// <summary>There is more to look at than one drain should at a time: take again.</summary>
    public bool HasMore { get; set; }

    public void Add(in Ack ack) => _items[_count++].Ack = ack;

    public void AddPubRel(long sequence) =>
        Add(new Ack(PacketType.PubRel, PacketIds.Of(sequence), ReasonCode.Success, Ticket: 0));

    public void Add(in OutboxEntry entry, bool dup)
    {
        // In its place: the items are clear before.
        ref OutgoingItem item = ref _items[_count++];
        item.Entry = entry;
        item.IsPublish = true;
        item.Dup = dup;
        _payloadBytes += entry.Message.PayloadLength;
    }

    public void HoldBack(long ticket) => WaitTicket = WaitTicket == 0 ? ticket : Math.Min(WaitTicket, ticket);

    /// <summary>Lets go of the messages.</summary>
    public void Clear()
    {
        _items.AsSpan(0, _count).Clear();
        _count = 0;
        _payloadBytes = 0;
        WaitTicket = 0;
        HasMore = false;
    }
}
