using System.Globalization;
using System.Text;

namespace Broker.Fuzzing;

/// <summary>Bytes as a line that people can read: ASCII as it is, else <c>\n</c>, <c>\\</c> or <c>\x1F</c>.</summary>
internal static class EscapedText
{
    /// <summary>The line of some bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (byte value in bytes)
        {
            text.Append(value switch
            {
                (byte)'\n' => "\\n",
                (byte)'\\' => @"\\",
                >= 0x20 and < 0x7F => ((char)value).ToString(),
                _ => $"\\x{value:X2}",
            });
        }
        return text.ToString();
    }

    /// <summary>The bytes of several lines.</summary>
    public static IReadOnlyList<byte[]> ReadAll(params string[] lines) => [.. lines.Select(Read)];

    /// <summary>The bytes of a line.</summary>
    public static byte[] Read(string line)
    {
        List<byte> bytes = [];
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] != '\\')
            {
                bytes.Add((byte)line[i]);
                continue;
            }
            switch (line[++i])
            {
                case 'n':
                    bytes.Add((byte)'\n');
                    break;
                case 'x':
                    bytes.Add(byte.Parse(line.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                    i += 2;
                    break;
                default:
                    bytes.Add((byte)line[i]);
                    break;
            }
        }
        return [.. bytes];
    }
}
