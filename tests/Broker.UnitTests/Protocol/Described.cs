using System.Collections;
using System.Globalization;
using System.Reflection;
using Broker.TestKit;

namespace Broker.UnitTests.Protocol;

/// <summary>A packet as text, contents and all, so that two can be compared by value and a difference can be read.</summary>
internal static class Described
{
    public static string Of(object? value) => value switch
    {
        null => "none",
        string text => $"\"{text}\"",
        ReadOnlyMemory<byte> bytes => $"<{WireText.Format(bytes.Span)}>",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object>().Select(Of))}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        bool flag => flag ? "yes" : "no",
        _ => $"{value.GetType().Name} {{ {string.Join(", ", Properties(value))} }}",
    };

    private static IEnumerable<string> Properties(object value) =>
        from property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
        orderby property.Name
        select $"{property.Name} = {Of(property.GetValue(value))}";
}
