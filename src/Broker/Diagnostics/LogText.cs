using System.Buffers;
using System.Globalization;
using System.Text;

namespace Broker.Diagnostics;

/// <summary>
/// Makes one line of any text: what peers choose (client ids, topics, names in certificates) must not be able to forge a line or
/// to send commands to the terminal on which the log is read.
/// </summary>
internal static class LogText
{
    /// <summary>Longer lines are cut, so that the queue has a bound in bytes as well.</summary>
    public const int LengthMax = 2000;

    // The C0 and C1 controls, the two separators that some viewers break lines at, and the marks that turn the reading direction.
    private static readonly SearchValues<char> Unsafe = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Concat([0x2028, 0x2029])
            .Concat(Enumerable.Range(0x202A, 5)).Concat(Enumerable.Range(0x2066, 4)).Select(code => (char)code)]);

    /// <summary>The text with such characters as <c>\n</c>, <c>\x1b</c> or <c>\u202e</c>, and cut to its greatest
    /// length.</summary>
    public static string OneLine(string text)
    {
        if (text.Length > LengthMax) text = string.Concat(text.AsSpan(0, LengthMax), "...");
        int first = text.AsSpan().IndexOfAny(Unsafe);
        return first < 0 ? text : Escape(text, first);
    }

    private static string Escape(string text, int first)
    {
        StringBuilder escaped = new(text, 0, first, text.Length + 16);
        foreach (char one in text.AsSpan(first))
        {
            if (!Unsafe.Contains(one)) escaped.Append(one);
            else if (one == '\n') escaped.Append("\\n");
            else if (one == '\r') escaped.Append("\\r");
            else if (one == '\t') escaped.Append("\\t");
            else if (one <= 0xFF) escaped.Append(CultureInfo.InvariantCulture, $"\\x{(int)one:x2}");
            else escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)one:x4}");
        }
        return escaped.ToString();
    }
}
