using System.Net;
using Broker.Configuration;

namespace Broker.Admin;

/// <summary>Which <c>admin_listener</c> a request came to, and whom it lets in.</summary>
/// <param name="Options">Its options.</param>
/// <param name="Tokens">Who may use it; null: no token is asked for.</param>
internal sealed record AdminEntrance(AdminListenerOptions Options, AdminTokenFile? Tokens);

/// <summary>
/// Decides before any endpoint is asked: <c>/health</c> and the dashboard's files are for everybody; with a token file all else
/// needs a token; without one other machines get <c>/metrics</c> only, and a browser on this machine nothing that another site
/// had it ask for. What changes something is never done for another site, whatever the browser sends along.
/// </summary>
internal static class AdminAccess
{
    /// <summary>The middleware.</summary>
    public static Task JudgeAsync(HttpContext context, RequestDelegate next)
    {
        bool isForAll = context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
            || Dashboard.Serves(context.Request);
        if (isForAll) return next(context);
        AdminEntrance entrance = context.Features.Get<AdminEntrance>()!;
        AdminIdentity identity = AdminIdentity.Local;
        if (entrance.Tokens is { } tokens)
        {
            if (tokens.Current.FindOwner(context.Request.Headers.Authorization) is not { } owner)
            {
                context.Response.Headers.WWWAuthenticate = "Bearer realm=\"broker\"";
                return RefuseAsync(context, StatusCodes.Status401Unauthorized, "This needs a token of admin_token_file.");
            }
            identity = owner;
        }
        else if (!entrance.Options.IsLocal)
        {
            return context.Request.Path == "/metrics" ? next(context) : RefuseAsync(
                context, StatusCodes.Status403Forbidden,
                "Other machines can reach this listener and it has no admin_token_file: /metrics and /health are all it serves.");
        }
        else if (!IsLocalName(context.Request.Host.Host))
        {
            return RefuseAsync(
                context, StatusCodes.Status403Forbidden, "Ask for it by the name localhost or a loopback address.");
        }
        if (IsReading(context.Request) || ChangeRefusal(context.Request, identity) is not { } refusal)
        {
            context.Features.Set(identity);
            return next(context);
        }
        return RefuseAsync(context, StatusCodes.Status403Forbidden, refusal);
    }

    private static bool IsReading(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);

    // A browser says where the page that asks comes from; other programs do not, and are no way in for other sites.
    private static string? ChangeRefusal(HttpRequest request, AdminIdentity identity)
    {
        if (!identity.MayChange)
            return $"The token of '{identity.Name}' is one to read with: ':read' stands behind it in admin_token_file.";
        const string OtherSite = "A page of another site asked for this, and only pages of this one may.";
        if (request.Headers["Sec-Fetch-Site"] is [{ } site] && site is not ("same-origin" or "none")) return OtherSite;
        if (request.Headers.Origin is not [{ } origin]) return null;
        return Uri.TryCreate(origin, UriKind.Absolute, out Uri? url) && IsSameHost(url, request.Host) ? null : OtherSite;
    }

    // The scheme is left out: a proxy in front may have taken TLS off.
    private static bool IsSameHost(Uri origin, HostString host) =>
        string.Equals(origin.Authority, host.Value, StringComparison.OrdinalIgnoreCase)
        || (origin.IsDefaultPort && host.Port == origin.Port
            && string.Equals(origin.Host, host.Host, StringComparison.OrdinalIgnoreCase));

    // A name of somebody's that is made to point to this machine, as a web page could do, is not how an operator asks.
    private static bool IsLocalName(string host) =>
        host is "localhost" or ""
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    private static Task RefuseAsync(HttpContext context, int statusCode, string sentence)
    {
        context.Response.StatusCode = statusCode;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(sentence + "\n", context.RequestAborted);
    }
}
