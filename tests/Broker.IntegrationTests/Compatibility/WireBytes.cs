using System.Text;

namespace Broker.IntegrationTests.Compatibility;

/// <summary>
/// Bytes of a packet as they are put together: no rule is kept, so that a script can break each. It is not the codec of
/// the broker, which would then judge itself.
/// </summary>
internal sealed class WireBytes
{
    private readonly List<byte> _bytes = [];

    public WireBytes Byte(int value)
    {
        _bytes.Add(checked((byte)value));
        return this;
    }

    public WireBytes TwoBytes(int value) => Byte(value >> 8).Byte(value & 0xff);

    public WireBytes FourBytes(uint value) => TwoBytes((int)(value >> 16)).TwoBytes((int)(value & 0xffff));

    public WireBytes VariableInteger(uint value)
    {
        for (; value >= 0x80; value >>= 7) Byte((int)(value & 0x7f) | 0x80);
        return Byte((int)value);
    }

    public WireBytes Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public WireBytes Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return TwoBytes(bytes.Length).Raw(bytes);
    }

    /// <summary>A block with its length before it, as properties have it.</summary>
    public WireBytes WithLength(WireBytes block) => VariableInteger((uint)block._bytes.Count).Raw(block.ToArray());

    public byte[] ToArray() => [.. _bytes];

    /// <summary>A whole packet.</summary>
    public static byte[] Packet(int first, WireBytes body) => new WireBytes().Byte(first).WithLength(body).ToArray();
}
