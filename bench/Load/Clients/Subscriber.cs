using System.Buffers.Binary;
using Broker.Protocol;
using Load.Checking;

namespace Load.Clients;

/// <summary>Checks what it gets against what it is owed, and acknowledges a whole read at once.</summary>
internal sealed class Subscriber(int number, StreamCheck check, DeliveryTotals totals) : IRole
{
    private Client? _client;
    private ClosedLoop? _loop;

    /// <summary>A bit for each packet id whose PUBREL has not come.</summary>
    private ulong[]? _unreleased;

    public string Name => $"subscriber {number}";

    public StreamCheck Check { get; } = check;

    /// <summary>Who has to be told of each message, where that decides when the next may be sent.</summary>
    public void Join(ClosedLoop loop) => _loop = loop;

    public void Opened(Client client) => _client = client;

    public void Frame(byte first, ReadOnlySpan<byte> body, long now)
    {
        switch ((PacketType)(first >> 4))
        {
            case PacketType.Publish:
                Message(first, body, now);
                break;
            case PacketType.PubRel:
                ushort id = BinaryPrimitives.ReadUInt16BigEndian(body);
                if (_unreleased is not null) _unreleased[id >> 6] &= ~(1UL << id);
                _client!.Link.Answer(0x70, id);
                break;
            default:
                throw new LoadException($"{Name}: a packet of type {first >> 4}");
        }
    }

    public void BatchEnd() => _client!.Link.Flush();

    private void Message(byte first, ReadOnlySpan<byte> body, long now)
    {
        // PUBLISH: topic [| packet id] [| properties] | payload
        int qos = first >> 1 & 3;
        int at = 2 + BinaryPrimitives.ReadUInt16BigEndian(body);
        ushort id = 0;
        if (qos > 0)
        {
            id = BinaryPrimitives.ReadUInt16BigEndian(body[at..]);
            at += 2;
        }
        if (_client!.IsMqtt5) at += PropertiesLength(body[at..]);
        bool isNew = true;
        if (qos == 1)
        {
            _client!.Link.Answer(0x40, id);
        }
        else if (qos == 2)
        {
            // A packet id that was not released yet is the same message again, which the protocol hides.
            isNew = Receive(id);
            _client!.Link.Answer(0x50, id);
        }
        if (body.Length - at < MessageStamp.Length)
        {
            totals.Strays++;
        }
        else if (isNew)
        {
            MessageStamp stamp = MessageStamp.Read(body[at..]);
            if (Check.Record(stamp, isDup: (first & 0x08) != 0)) _loop?.Delivered(stamp);
            totals.Latency.Record(now - stamp.SentAt);
        }
    }

    private bool Receive(ushort id)
    {
        ref ulong bits = ref (_unreleased ??= new ulong[(ushort.MaxValue + 1) / 64])[id >> 6];
        ulong bit = 1UL << id;
        bool isNew = (bits & bit) == 0;
        bits |= bit;
        return isNew;
    }

    private static int PropertiesLength(ReadOnlySpan<byte> block)
    {
        int length = 0;
        int bytes = 0;
        do length |= (block[bytes] & 0x7F) << (7 * bytes);
        while (block[bytes++] >= 0x80);
        return length + bytes;
    }
}
