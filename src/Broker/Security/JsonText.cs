using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Broker.Security;

/// <summary>Text in JSON of others.</summary>
internal static class JsonText
{
    /// <summary>
    /// Takes a string; false for anything else, and for one with half of a surrogate pair or control characters.
    /// </summary>
    public static bool TryGet(JsonElement value, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (value.ValueKind != JsonValueKind.String) return false;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return false; // It cannot be written as UTF-8, so no topic and no name is ever like it.
        }
        return !text.AsSpan().ContainsAnyInRange('\0', '\x1f');
    }
}
