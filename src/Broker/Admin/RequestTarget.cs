using Microsoft.AspNetCore.Http.Features;

namespace Broker.Admin;

/// <summary>The client id or topic that a request is about: it may hold any character, a slash and a percent sign too.</summary>
internal static class RequestTarget
{
    /// <summary>
    /// What the query says of it, else what stands behind the prefix in the path, percent-decoded once. The path as routing has
    /// it will not do: in it <c>%2F</c> and <c>%252F</c> look alike.
    /// </summary>
    /// <param name="context">Of the request.</param>
    /// <param name="prefix">Such as <c>/api/clients/</c>.</param>
    /// <param name="name">The parameter of the query.</param>
    /// <returns>Null: the request names none.</returns>
    public static string? Of(HttpContext context, string prefix, string name)
    {
        if (context.Request.Query.TryGetValue(name, out var values)) return values.ToString();
        string raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        int end = raw.IndexOf('?', StringComparison.Ordinal);
        ReadOnlySpan<char> path = end < 0 ? raw : raw.AsSpan(0, end);
        int start = path.IndexOf(prefix, StringComparison.OrdinalIgnoreCase);
        return start < 0 || path.Length == start + prefix.Length
            ? null
            : Uri.UnescapeDataString(path[(start + prefix.Length)..].ToString());
    }
}
