using System.Text.Json.Serialization.Metadata;

namespace Broker.Admin;

/// <summary>Why a request is not answered with what it asks for.</summary>
/// <param name="Error">A clause for people.</param>
internal sealed record ApiError(string Error);

/// <summary>Writes the answers of the API.</summary>
internal static class ApiAnswer
{
    /// <summary>200 and a value.</summary>
    public static Task SendAsync<T>(this HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(value, type, "application/json", context.RequestAborted);
    }

    /// <summary>Another status, with a reason.</summary>
    public static Task FailAsync(this HttpContext context, int statusCode, string error)
    {
        context.Response.StatusCode = statusCode;
        return context.SendAsync(new ApiError(error), AdminJson.Default.ApiError);
    }

    /// <summary>A part of a list, as the query asks for it.</summary>
    public static Task SendPageAsync<TView>(
        this HttpContext context, Func<PageRequest, Page<TView>> of, JsonTypeInfo<Page<TView>> type)
    {
        PageRequest? request = PageRequest.Read(context.Request.Query, out string? error);
        return request is null
            ? context.FailAsync(StatusCodes.Status400BadRequest, error!)
            : context.SendAsync(of(request), type);
    }
}
