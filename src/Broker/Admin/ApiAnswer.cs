using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.WebUtilities;

namespace Broker.Admin;

/// <summary>Writes the answers of the API.</summary>
internal static class ApiAnswer
{
    /// <summary>Lists that are being put together at a time: walks over all there is are work for a processor.</summary>
    private const int WalksMax = 2;

    private static readonly SemaphoreSlim Walks = new(WalksMax);

    /// <summary>200 and a value.</summary>
    public static Task SendAsync<T>(this HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(value, type, "application/json", context.RequestAborted);
    }

    /// <summary>Another status, with a reason.</summary>
    /// <param name="context">Of the request.</param>
    /// <param name="statusCode">The status.</param>
    /// <param name="detail">A sentence.</param>
    /// <param name="field">What of the request is wrong, if it is a part with a name.</param>
    public static Task FailAsync(this HttpContext context, int statusCode, string detail, string? field = null) =>
        context.FailAsync(Problem(statusCode, detail, field));

    /// <summary>The status of a problem, and the problem.</summary>
    public static Task FailAsync(this HttpContext context, ApiProblem problem)
    {
        context.Response.StatusCode = problem.Status;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(
            problem, AdminJson.Default.ApiProblem, "application/problem+json", context.RequestAborted);
    }

    /// <summary>A problem with the usual words for its status.</summary>
    public static ApiProblem Problem(int statusCode, string detail, string? field = null) =>
        new(ReasonPhrases.GetReasonPhrase(statusCode), statusCode, detail, field);

    /// <summary>A part of a list, as the query asks for it.</summary>
    public static async Task SendPageAsync<TView>(
        this HttpContext context, Func<PageRequest, Page<TView>> of, JsonTypeInfo<Page<TView>> type)
    {
        if (PageRequest.Read(context.Request.Query, out ApiProblem? problem) is not { } request)
        {
            await context.FailAsync(problem!);
            return;
        }
        Page<TView> page;
        await Walks.WaitAsync(context.RequestAborted);
        try
        {
            page = of(request);
        }
        finally
        {
            Walks.Release();
        }
        await context.SendAsync(page, type);
    }
}
