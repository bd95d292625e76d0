using System.Net;
using Broker.Configuration;

namespace Broker.Admin;

/// <summary>Which <c>admin_listener</c> a request came to, and whom it lets in.</summary>
/// <param name="Options">Its options.</param>
/// <param name="Tokens">Who may use it; null: no token is asked for.</param>
internal sealed record AdminEntrance(AdminListenerOptions Options, AdminTokens? Tokens);

/// <summary>
/// Decides before any endpoint is asked: <c>/health</c> is for everybody; with a token file all else needs a token; without one
/// other machines get <c>/metrics</c> only, and a browser on this machine nothing that another site had it ask for.
/// </summary>
internal static class AdminAccess
{
    /// <summary>The middleware.</summary>
    public static Task JudgeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)) return next(context);
        AdminEntrance entrance = context.Features.Get<AdminEntrance>()!;
        if (entrance.Tokens is { } tokens)
        {
            if (tokens.FindOwner(context.Request.Headers.Authorization) is null)
            {
                context.Response.Headers.WWWAuthenticate = "Bearer realm=\"broker\"";
                return RefuseAsync(context, StatusCodes.Status401Unauthorized, "This needs a token of admin_token_file.");
            }
            return next(context);
        }
        if (!entrance.Options.IsLocal)
        {
            return context.Request.Path == "/metrics" ? next(context) : RefuseAsync(
                context, StatusCodes.Status403Forbidden,
                "Other machines can reach this listener and it has no admin_token_file: /metrics and /health are all it serves.");
        }
        return IsLocalName(context.Request.Host.Host) ? next(context) : RefuseAsync(
            context, StatusCodes.Status403Forbidden, "Ask for it by the name localhost or a loopback address.");
    }

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
