using System.Globalization;

namespace Broker.Configuration.Mosquitto;

/// <summary>Splits the bytes of a mosquitto.conf into lines that hold a directive.</summary>
/// <remarks>
/// Where mosquitto stumbles without need (byte order mark, tabs, comments after blanks) this does not; no file that
/// mosquitto reads means something else here, but for a comment after a text value, which mosquitto takes into the value.
/// </remarks>
internal static class ConfigurationLexer
{
    /// <summary>The lines with a directive, in order. A file that is no text gives one error and no lines.</summary>
    public static List<ConfigurationLine> Read(string file, ReadOnlyMemory<byte> bytes, ConfigurationReport report)
    {
        var lines = new List<ConfigurationLine>();
        if (IsUtf16(bytes.Span))
        {
            report.Error(new SourcePosition(file, 1, 1), "this file is UTF-16; save it as UTF-8 (mosquitto reads it as garbage)");
            return lines;
        }
        if (bytes.Span.StartsWith("\uFEFF"u8)) bytes = bytes[3..];

        for (int number = 1; !bytes.IsEmpty; number++)
        {
            int feed = bytes.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = feed < 0 ? bytes : bytes[..feed];
            bytes = feed < 0 ? default : bytes[(feed + 1)..];
            ReadLine(file, number, line, lines, report);
        }
        return lines;
    }

    private static void ReadLine(
        string file, int number, ReadOnlyMemory<byte> bytes, List<ConfigurationLine> lines, ConfigurationReport report)
    {
        ReadOnlySpan<byte> line = bytes.Span.TrimEnd("\r \t\v\f"u8);
        int nul = line.IndexOf((byte)0);
        if (nul >= 0)
        {
            report.Error(
                new SourcePosition(file, number, nul + 1),
                "a NUL byte; mosquitto would end reading here without a word, and everything after it would be ignored");
            return;
        }
        int start = line.IndexOfAnyExcept(" \t\v\f\r"u8);
        if (start < 0 || line[start] == '#') return;
        int length = line[start..].IndexOfAny(" \t"u8);
        int end = length < 0 ? line.Length : start + length;
        lines.Add(new ConfigurationLine(file, number, bytes[..line.Length], start..end));
    }

    private static bool IsUtf16(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 2 && ((bytes[0] == 0xFF && bytes[1] == 0xFE) || (bytes[0] == 0xFE && bytes[1] == 0xFF)
            || (bytes[0] != 0 && bytes[1] == 0) || (bytes[0] == 0 && bytes[1] != 0));

    /// <summary>Names a character that looks like a blank or is none at all, so that a pasted one can be found.</summary>
    public static string? DescribeStrangeCharacter(string word)
    {
        foreach (char c in word)
        {
            if (c is > ' ' and < '\u007F') continue;
            return string.Create(CultureInfo.InvariantCulture, $"it holds the character U+{(int)c:X4}");
        }
        return null;
    }
}
