using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Broker.Configuration.Mosquitto;

/// <summary>The kinds of values, with mosquitto's sentences for what is none.</summary>
internal static class ValueKinds
{
    private const int TextBytesMax = 65_535;

    /// <summary><c>true</c>, <c>1</c>, <c>false</c> or <c>0</c>, lower case.</summary>
    public static readonly ValueKind<bool> Flag = Choice(("true", true), ("false", false), ("1", true), ("0", false))
        with { Description = "true, false" };

    /// <summary>Whatever stands there: the value is not looked at.</summary>
    public static readonly ValueKind<ConfigurationValue> Anything = new("anything", TakeAnything);

    /// <summary>A whole number as C's <c>strtol</c> with base 0 reads it: <c>0x10</c> and <c>010</c> (octal) work.</summary>
    /// <param name="min">Least value.</param>
    /// <param name="max">Greatest value.</param>
    /// <param name="description">For people, where the plain range would mislead.</param>
    /// <param name="outOfRange">mosquitto's sentence for a value outside, where it has its own.</param>
    /// <param name="valueName">What mosquitto calls the value, where it is not the directive's name.</param>
    public static ValueKind<int> Integer(
        int min = int.MinValue, int max = int.MaxValue, string? description = null, string? outOfRange = null,
        string? valueName = null)
    {
        string range = description ?? (max == int.MaxValue ? $"{min} or more" : $"{min} to {max}");
        return new(range, (DirectiveContext context, out int value) =>
        {
            value = 0;
            if (!TryReadWord(context, out ConfigurationValue word, valueName)) return false;
            return TryReadInteger(context, word, range, valueName ?? context.Name, out value)
                && IsWithin(context, word, value, (min, max, range, outOfRange));
        });
    }

    /// <summary>A whole number of 64 bits, in decimal digits.</summary>
    /// <param name="min">Least value.</param>
    /// <param name="description">For people.</param>
    public static ValueKind<long> LongInteger(long min, string description) =>
        new(description, (DirectiveContext context, out long value) =>
        {
            value = 0;
            if (!TryReadWord(context, out ConfigurationValue word)) return false;
            bool isRead = long.TryParse(word.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
            if (isRead && value >= min) return true;
            context.Error(word, $"'{context.Name}' takes a number, {description}, not '{word.Text}'");
            return false;
        });

    /// <summary>The rest of the line, without the blanks at both ends: paths, names, prefixes.</summary>
    public static ValueKind<string> Text(string description, string? valueName = null) =>
        new(description, (DirectiveContext context, [MaybeNullWhen(false)] out string value) =>
        {
            value = context.Value.Text;
            if (context.Value.IsEmpty)
            {
                ReportEmpty(context, valueName);
                return false;
            }
            if (Encoding.UTF8.GetByteCount(value) <= TextBytesMax) return true;
            context.Error(context.Value, $"the value of '{context.Name}' is longer than 65535 bytes");
            return false;
        });

    /// <summary>One of some words.</summary>
    public static ValueKind<T> Choice<T>(params (string Word, T Value)[] choices) =>
        Choice("Error: Invalid '{0}' value ({1}).", choices);

    /// <summary>One of some words.</summary>
    /// <param name="sentence">mosquitto's sentence for any other; {0} is the directive, {1} the word.</param>
    /// <param name="choices">The words and what they stand for.</param>
    public static ValueKind<T> Choice<T>(string sentence, params (string Word, T Value)[] choices)
    {
        string description = string.Join(", ", choices.Select(choice => choice.Word));
        return new(description, (DirectiveContext context, [MaybeNullWhen(false)] out T value) =>
        {
            value = default;
            if (!TryReadWord(context, out ConfigurationValue word)) return false;
            foreach ((string candidate, T result) in choices)
            {
                if (candidate != word.Text) continue;
                value = result;
                return true;
            }
            context.Error(
                word, $"'{context.Name}' takes {Alternatives(choices.Select(choice => choice.Word))}, not '{word.Text}'",
                string.Format(CultureInfo.InvariantCulture, sentence, context.Name, word.Text));
            return false;
        });
    }

    /// <summary>At least one word.</summary>
    public static ValueKind<List<ConfigurationValue>> Words(
        string description, char alsoSeparates = ' ', string? valueName = null) =>
        new(description, (DirectiveContext context, [MaybeNullWhen(false)] out List<ConfigurationValue> words) =>
        {
            words = context.Value.Words(alsoSeparates);
            if (words.Count > 0) return true;
            ReportEmpty(context, valueName);
            return false;
        });

    /// <summary>The first word. mosquitto ignores what follows it; so does this, but not silently.</summary>
    public static bool TryReadWord(DirectiveContext context, out ConfigurationValue word, string? valueName = null)
    {
        (word, ConfigurationValue rest) = context.Value.SplitWord();
        if (word.IsEmpty)
        {
            ReportEmpty(context, valueName);
            return false;
        }
        if (!rest.IsEmpty)
            context.Warning(rest, $"'{context.Name}' takes one word: '{rest.Text}' is ignored, as it is in mosquitto");
        return true;
    }

    /// <summary>Says that a value is missing.</summary>
    public static void ReportEmpty(DirectiveContext context, string? valueName) => context.Error(
        context.Value, $"'{context.Name}' has no value: it takes {context.Directive.Values}",
        $"Error: Empty '{valueName ?? context.Name}' value in configuration.");

    /// <summary>Reads a word as a number; complains when it is none or beyond 32 bits.</summary>
    public static bool TryReadInteger(
        DirectiveContext context, ConfigurationValue word, string range, string valueName, out int value)
    {
        (value, NumberReading reading) = CNumber.Read(word.Text);
        switch (reading)
        {
            case NumberReading.NotANumber:
                context.Error(
                    word, $"'{context.Name}' takes a number, {range}, not '{word.Text}'",
                    $"Error: '{valueName}' value not a number.");
                return false;
            case NumberReading.TooLarge:
                context.Error(
                    word, $"'{context.Name}' takes {range}, not {word.Text}", $"Error: '{valueName}' value out of range.");
                return false;
            case NumberReading.Octal:
                context.Warning(word, $"'{word.Text}' begins with 0 and is read as octal, as mosquitto does: {value}");
                return true;
            default:
                return true;
        }
    }

    private static bool TakeAnything(DirectiveContext context, out ConfigurationValue value)
    {
        value = context.Value;
        return true;
    }

    private static bool IsWithin(
        DirectiveContext context, ConfigurationValue word, int value, (int Min, int Max, string Range, string? Sentence) limits)
    {
        if (value >= limits.Min && value <= limits.Max) return true;
        context.Error(
            word, $"'{context.Name}' takes {limits.Range}, not {value}",
            limits.Sentence ?? $"Error: Invalid '{context.Name}' value ({value}).");
        return false;
    }

    private static string Alternatives(IEnumerable<string> words)
    {
        string[] all = [.. words];
        return all.Length == 1 ? all[0] : string.Join(", ", all[..^1]) + " or " + all[^1];
    }
}
