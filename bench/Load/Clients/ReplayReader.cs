using System.Buffers.Binary;
using System.Buffers.Text;
using Broker.Protocol;
using Load.Checking;

namespace Load.Clients;

/// <summary>What a subscriber to # is.</summary>
/// <param name="Number">From 0.</param>
/// <param name="Qos">Of its subscription.</param>
/// <param name="IsPersistent">Its session outlives its connection.</param>
/// <param name="IsSlow">It reads when all that are not have everything.</param>
internal readonly record struct ReplayReaderShape(int Number, int Qos, bool IsPersistent, bool IsSlow);

/// <summary>Is owed the retained message of each topic once, and keeps a bit and a sum of what came.</summary>
internal sealed class ReplayReader(ReplayReaderShape shape, int topics) : IRole
{
    private readonly ulong[] _bits = new ulong[(topics + 63) / 64];
    private Client? _client;

    public string Name => $"subscriber {shape.Number}";

    public ReplayReaderShape Shape => shape;

    /// <summary>Different topics that came.</summary>
    public int Received { get; private set; }

    /// <summary>Sum of <see cref="Mark"/> of what came.</summary>
    public ulong Sum { get; private set; }

    /// <summary>Topics that came again, and messages that are not what their topic says.</summary>
    public long Wrong { get; private set; }

    public bool IsComplete => Received == topics;

    public Client Client => _client!;

    /// <summary>"replay/THOUSANDS/REST": some levels, with many names each.</summary>
    public static string TopicOf(int number) => FormattableString.Invariant($"replay/{number / 1000}/{number % 1000}");

    /// <summary>A number that no mixture of other topics makes up for by chance.</summary>
    public static ulong Mark(int number)
    {
        ulong mixed = ((ulong)number + 1) * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        return mixed ^ (mixed >> 31);
    }

    public void Opened(Client client) => _client = client;

    public void Frame(byte first, ReadOnlySpan<byte> body, long now)
    {
        if ((PacketType)(first >> 4) != PacketType.Publish) throw new LoadException($"{Name}: a packet of type {first >> 4}");
        // PUBLISH of MQTT 3.1.1: topic [| packet id] | payload
        int at = 2 + BinaryPrimitives.ReadUInt16BigEndian(body);
        ReadOnlySpan<byte> topic = body[2..at];
        if ((first >> 1 & 3) > 0)
        {
            _client!.Link.Answer(0x40, BinaryPrimitives.ReadUInt16BigEndian(body[at..]));
            at += 2;
        }
        // Somebody new speaks to itself, and # hears that too.
        if (!topic.StartsWith("replay/"u8)) return;
        int number = NumberOf(topic);
        bool isItsOwn = (uint)number < (uint)topics && body.Length - at >= MessageStamp.Length
            && MessageStamp.Read(body[at..]).Topic == number;
        ulong bit = 1UL << number;
        if (!isItsOwn || (_bits[number >> 6] & bit) != 0)
        {
            Wrong++;
            return;
        }
        _bits[number >> 6] |= bit;
        Received++;
        Sum += Mark(number);
    }

    public void BatchEnd() => _client!.Link.Flush();

    private static int NumberOf(ReadOnlySpan<byte> topic)
    {
        ReadOnlySpan<byte> numbers = topic["replay/".Length..];
        if (!Utf8Parser.TryParse(numbers, out int thousands, out int length) || length >= numbers.Length) return -1;
        return Utf8Parser.TryParse(numbers[(length + 1)..], out int rest, out _) ? (thousands * 1000) + rest : -1;
    }
}
