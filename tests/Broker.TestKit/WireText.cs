using System.Globalization;
using System.Text;

namespace Broker.TestKit;

/// <summary>
/// Packets as a reader of the specification would write them: <c>10 0c 00 04 'MQTT' 04 02 00 3c 00 00</c>. Hexadecimal
/// bytes, quoted UTF-8 text; blanks, line ends and <c>|</c> are for the eye; <c>*3</c> repeats what stands before it.
/// </summary>
public static class WireText
{
    /// <summary>The bytes that a literal stands for.</summary>
    /// <exception cref="FormatException">The literal is not one.</exception>
    public static byte[] Parse(string literal)
    {
        List<byte> bytes = [];
        byte[] last = [];
        for (int at = 0; at < literal.Length;)
        {
            char c = literal[at];
            if (char.IsWhiteSpace(c) || c == '|')
            {
                at++;
                continue;
            }
            if (c == '*')
            {
                int count = Number(literal, ref at);
                for (int i = 1; i < count; i++) bytes.AddRange(last);
                continue;
            }
            last = c == '\'' ? Quoted(literal, ref at) : [HexByte(literal, ref at)];
            bytes.AddRange(last);
        }
        return [.. bytes];
    }

    /// <summary>Bytes as a literal of plain hexadecimal, for messages of failed tests.</summary>
    public static string Format(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length * 3);
        foreach (byte b in bytes)
            text.Append(text.Length == 0 ? "" : " ").Append(b.ToString("x2", CultureInfo.InvariantCulture));
        return text.ToString();
    }

    private static byte[] Quoted(string literal, ref int at)
    {
        int end = literal.IndexOf('\'', at + 1);
        if (end < 0) throw new FormatException($"The text at {at} of \"{literal}\" has no end.");
        byte[] bytes = Encoding.UTF8.GetBytes(literal[(at + 1)..end]);
        at = end + 1;
        return bytes;
    }

    private static byte HexByte(string literal, ref int at)
    {
        string digits = literal.Substring(at, Math.Min(2, literal.Length - at));
        bool isHex = byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value);
        if (!isHex || digits.Length < 2)
            throw new FormatException($"\"{digits}\" at {at} of \"{literal}\" is not two hexadecimal digits.");
        at += 2;
        return value;
    }

    private static int Number(string literal, ref int at)
    {
        int start = ++at;
        while (at < literal.Length && char.IsAsciiDigit(literal[at])) at++;
        return int.Parse(literal.AsSpan(start, at - start), CultureInfo.InvariantCulture);
    }
}
