using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;

namespace Broker.UnitTests.Protocol;

/// <summary>Random values of the protocol's data types, with a bias to their limits.</summary>
internal sealed class RandomFields(Random random, string[] alphabet)
{
    public Random Random => random;

    public bool Bool() => random.Next(2) == 0;

    public bool? OptionalBool() => Bool() ? Bool() : null;

    public QualityOfService Qos() => (QualityOfService)random.Next(3);

    public ushort Id() => (ushort)random.Next(1, 65536);

    /// <summary>0 to <paramref name="max"/>, often one of the two, often where an encoding gets longer.</summary>
    public uint UpTo(uint max)
    {
        uint value = random.Next(6) switch
        {
            0 => 0,
            1 => max,
            2 => 127u + (uint)random.Next(2),
            3 => 16_383u + (uint)random.Next(2),
            _ => (uint)random.NextInt64((long)max + 1),
        };
        return Math.Min(value, max);
    }

    public uint? OptionalUpTo(uint max) => Bool() ? UpTo(max) : null;

    public string Text()
    {
        int length = random.Next(40) switch
        {
            0 => 3000,
            1 => 130,
            _ => random.Next(12),
        };
        var text = new StringBuilder();
        for (; length > 0; length--)
        {
            text.Append(alphabet[random.Next(alphabet.Length)]);
        }

        return text.ToString();
    }

    public string? OptionalText() => Bool() ? Text() : null;

    public ReadOnlyMemory<byte> Bytes()
    {
        byte[] bytes = new byte[random.Next(30) == 0 ? 20_000 : random.Next(20)];
        random.NextBytes(bytes);
        return bytes;
    }

    public ReadOnlyMemory<byte>? OptionalBytes() => Bool() ? Bytes() : null;

    public string Topic() => string.Join('/', Enumerable.Range(0, random.Next(1, 5)).Select(_ => Text())) + "/";

    public string Filter() => random.Next(4) switch
    {
        0 => "#",
        1 => $"+/{Text()}/#",
        2 => $"{Topic()}+",
        _ => Topic(),
    };

    public IReadOnlyList<UserProperty> User(bool isV5) =>
        isV5 ? [.. Enumerable.Range(0, random.Next(3)).Select(_ => new UserProperty(Text(), Text()))] : [];

    /// <summary>Properties of a PUBLISH that a server passes on, in any order, encoded.</summary>
    public ReadOnlyMemory<byte> Forwarded()
    {
        string[] samples = ["01 01", "03 <'text'>", "08 <'r/t'>", "09 <00 01 02>", "26 <'n'> <'v'>"];
        random.Shuffle(samples);
        string repeated = Bool() ? " 26 <'n'> <>" : "";
        return WireFrame.Parse(string.Join(' ', samples.Take(random.Next(samples.Length + 1))) + repeated);
    }

    public ReasonCode Reason(PacketType type)
    {
        ReasonCode[] allowed = [.. Enum.GetValues<ReasonCode>().Where(code => ReasonCodes.IsAllowed(type, code))];
        return Bool() ? ReasonCode.Success : allowed[random.Next(allowed.Length)];
    }
}
