using System.Text.RegularExpressions;
using Broker.TestKit;

namespace Broker.UnitTests.Protocol;

/// <summary>
/// <see cref="WireText"/> with lengths: <c>..</c> as the second word is the Remaining Length, <c>&lt;x&gt;</c> is x with its
/// two byte length before it, <c>(x)</c> is x with its length as a variable byte integer. So that a reject vector is about
/// one fault, not about counting.
/// </summary>
internal static partial class WireFrame
{
    public static byte[] Parse(string literal)
    {
        string flat = literal;
        while (Innermost().Match(flat) is { Success: true } match)
        {
            byte[] content = WireText.Parse(match.Value[1..^1]);
            string length = match.Value[0] == '<' ? $"{content.Length:x4}" : VarInt(content.Length);
            ReadOnlySpan<char> after = flat.AsSpan(match.Index + match.Length);
            flat = string.Concat(flat.AsSpan(0, match.Index), $" {length} {WireText.Format(content)} ", after);
        }

        int dots = flat.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0)
        {
            return WireText.Parse(flat);
        }

        byte[] body = WireText.Parse(flat[(dots + 2)..]);
        return [.. WireText.Parse(flat[..dots]), .. WireText.Parse(VarInt(body.Length)), .. body];
    }

    private static string VarInt(int value)
    {
        string hex = "";
        for (; value >= 0x80; value >>= 7)
        {
            hex += $"{value & 0x7F | 0x80:x2}";
        }

        return $"{hex}{value:x2}";
    }

    [GeneratedRegex("<[^<>()]*>|\\([^<>()]*\\)")]
    private static partial Regex Innermost();
}
