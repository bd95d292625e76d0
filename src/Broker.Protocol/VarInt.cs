namespace Broker.Protocol;

/// <summary>What <see cref="VarInt.TryRead"/> found.</summary>
internal enum VarIntStatus
{
    Read,
    Incomplete,

    /// <summary>It was read, and fewer bytes would have done.</summary>
    Padded,
    Overlong,
}

/// <summary>
/// The variable byte integer: seven bits a byte, least significant first, four bytes at most (MQTT 5.0 section 1.5.5).
/// </summary>
internal static class VarInt
{
    public const uint ValueMax = 268_435_455;

    /// <summary>Bytes that <paramref name="value"/> takes, 1 to 4.</summary>
    public static int LengthOf(uint value) => value switch
    {
        < 0x80 => 1,
        < 0x4000 => 2,
        < 0x20_0000 => 3,
        _ => 4,
    };

    public static VarIntStatus TryRead(ReadOnlySpan<byte> source, out uint value, out int length)
    {
        value = 0;
        for (length = 0; length < 4; length++)
        {
            if (length == source.Length)
            {
                return VarIntStatus.Incomplete;
            }

            uint current = source[length];
            value |= (current & 0x7F) << (7 * length);
            if (current < 0x80)
            {
                // A last byte of zero after others says nothing: 5.0 demands the shorter form.
                bool isMinimal = current != 0 || length == 0;
                length++;
                return isMinimal ? VarIntStatus.Read : VarIntStatus.Padded;
            }
        }

        return VarIntStatus.Overlong;
    }

    /// <summary>Writes <paramref name="value"/> and returns the bytes it took.</summary>
    public static int Write(Span<byte> destination, uint value)
    {
        int length = 0;
        while (value >= 0x80)
        {
            destination[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[length++] = (byte)value;
        return length;
    }
}
