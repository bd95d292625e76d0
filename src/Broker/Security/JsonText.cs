using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Broker.Security;

/// <summary>Text in JSON of others.</summary>
internal static class JsonText
{
    /// <summary>
    /// Parses. Names are checked as well, which the reader does not do: to look for one beside a name that is no text would throw
    /// something else.
    /// </summary>
    /// <param name="utf8">JSON.</param>
    /// <param name="depthMax">Deepest nesting.</param>
    /// <exception cref="JsonException">It is no JSON, or a name in it is no text.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, int depthMax)
    {
        var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = depthMax });
        if (HasTextNames(document.RootElement)) return document;
        document.Dispose();
        throw new JsonException("a name in it has half a surrogate pair, which is no text");
    }

    /// <summary>Whether every name in it is text.</summary>
    public static bool HasTextNames(JsonElement element)
    {
        try
        {
            return element.ValueKind switch
            {
                JsonValueKind.Object =>
                    element.EnumerateObject().All(static one => one.Name is not null && HasTextNames(one.Value)),
                JsonValueKind.Array => element.EnumerateArray().All(HasTextNames),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false; // That is how the reader says it.
        }
    }

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
