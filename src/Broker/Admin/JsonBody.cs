using System.Text.Json;

namespace Broker.Admin;

/// <summary>The body of a request that changes something.</summary>
internal static class JsonBody
{
    /// <summary>Reads it.</summary>
    /// <param name="context">Of the request.</param>
    /// <param name="take">Does what it says.</param>
    /// <exception cref="BadHttpRequestException">It is too long, or ends early.</exception>
    public static async Task<Change> ReadAsync(HttpContext context, Func<JsonElement, Task<Change>> take)
    {
        if (!context.Request.HasJsonContentType())
        {
            return Change.Refused(
                "", StatusCodes.Status415UnsupportedMediaType, "The body is JSON: say so with 'Content-Type: application/json'.");
        }
        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        }
        catch (JsonException broken)
        {
            return Change.Refused("", StatusCodes.Status400BadRequest, $"The body is no JSON: {broken.Message}");
        }
        using (document) return await take(document.RootElement);
    }
}
