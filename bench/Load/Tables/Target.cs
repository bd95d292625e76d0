using System.Globalization;
using Load.Options;

namespace Load.Tables;

/// <summary>What a figure should be: FIGURE&lt;=1/20 of the other server's, FIGURE&gt;=N, or just FIGURE to show it.</summary>
/// <param name="Figure">Name of a field.</param>
/// <param name="IsLeast">At least, in place of at most.</param>
/// <param name="Fraction">Of the other server's figure; null: <paramref name="Absolute"/> counts.</param>
/// <param name="Absolute">A number; null with no fraction either: nothing is demanded.</param>
/// <param name="Text">As it was written.</param>
internal sealed record Target(string Figure, bool IsLeast, double? Fraction, double? Absolute, string Text)
{
    public static Target Parse(string text)
    {
        int at = text.IndexOf("<=", StringComparison.Ordinal);
        bool isLeast = at < 0;
        if (isLeast) at = text.IndexOf(">=", StringComparison.Ordinal);
        if (at < 0) return new Target(text, IsLeast: false, null, null, "-");
        string[] value = text[(at + 2)..].Split('/');
        double first = Number(value[0]);
        return value.Length == 2
            ? new Target(text[..at], isLeast, first / Number(value[1]), null, string.Join('/', value))
            : new Target(text[..at], isLeast, null, first, first.ToString("N0", CultureInfo.InvariantCulture));
    }

    /// <returns>Null: that cannot be said.</returns>
    public bool? IsMet(double? theirs, double? ours)
    {
        if (ours is not { } value || (Absolute ?? Fraction * theirs) is not { } limit) return null;
        return IsLeast ? value >= limit : value <= limit;
    }

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new UsageException($"{text}: a number is expected in a target");
}
