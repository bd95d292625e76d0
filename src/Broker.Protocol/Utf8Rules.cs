using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Broker.Protocol;

/// <summary>
/// What MQTT forbids in a string (MQTT 5.0 section 1.5.4). The characters that a receiver only may refuse (control characters
/// and non-characters) are refused too, as mosquitto does.
/// </summary>
public static class Utf8Rules
{
    private static readonly SearchValues<byte> PrintableBytes = SearchValues.Create(Printable.Select(c => (byte)c).ToArray());
    private static readonly SearchValues<char> PrintableChars = SearchValues.Create(Printable);

    // In well-formed UTF-8 only characters that begin with these bytes can be a C1 control (C2) or a non-character (EF, F0..F4).
    private static readonly SearchValues<byte> SuspectLeadBytes = SearchValues.Create([0xC2, 0xEF, 0xF0, 0xF1, 0xF2, 0xF3, 0xF4]);

    /// <summary>True when <paramref name="utf8"/> may be a string on the wire.</summary>
    /// <param name="utf8">The bytes without a length prefix.</param>
    public static bool IsValid(ReadOnlySpan<byte> utf8) => Check(utf8) is null;

    /// <summary>
    /// True when <paramref name="text"/> may be a string on the wire: the same rules, and at most 65,535 bytes.
    /// </summary>
    /// <param name="text">The string.</param>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAnyExcept(PrintableChars) < 0)
        {
            return text.Length <= ushort.MaxValue;
        }

        int bytes = 0;
        while (!text.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf16(text, out Rune rune, out int consumed);
            if (status != OperationStatus.Done || CheckRune(rune) is not null)
            {
                return false;
            }

            bytes += rune.Utf8SequenceLength;
            text = text[consumed..];
        }

        return bytes <= ushort.MaxValue;
    }

    /// <summary>The rule that <paramref name="utf8"/> breaks, or null.</summary>
    /// <param name="utf8">The bytes without a length prefix.</param>
    public static Fault? Check(ReadOnlySpan<byte> utf8) =>
        utf8.IndexOfAnyExcept(PrintableBytes) < 0 ? null : CheckBeyondAscii(utf8);

    /// <summary>The ASCII characters that need no further look: nearly every string is made of them alone.</summary>
    internal static string Printable => string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(value => (char)value));

    private static Fault? CheckBeyondAscii(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            return Faults.StringNotUtf8;
        }

        if (utf8.Contains((byte)0))
        {
            return Faults.StringWithNull;
        }

        if (utf8.IndexOfAnyInRange((byte)0x01, (byte)0x1F) >= 0 || utf8.Contains((byte)0x7F))
        {
            return Faults.StringWithControlCharacter;
        }

        int next;
        while ((next = utf8.IndexOfAny(SuspectLeadBytes)) >= 0)
        {
            utf8 = utf8[next..];
            Rune.DecodeFromUtf8(utf8, out Rune rune, out int consumed);
            if (CheckRune(rune) is { } fault)
            {
                return fault;
            }

            utf8 = utf8[consumed..];
        }

        return null;
    }

    private static Fault? CheckRune(Rune rune) => rune.Value switch
    {
        0 => Faults.StringWithNull,
        < 0x20 or (>= 0x7F and <= 0x9F) => Faults.StringWithControlCharacter,
        >= 0xFDD0 and <= 0xFDEF => Faults.StringWithNonCharacter,
        _ => (rune.Value & 0xFFFE) == 0xFFFE ? Faults.StringWithNonCharacter : null,
    };
}
