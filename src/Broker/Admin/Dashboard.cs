using System.Text.RegularExpressions;

namespace Broker.Admin;

/// <summary>
/// The page at <c>/</c> and what it loads from <c>/assets</c>. Everybody may have it, as it holds no data: what it shows it asks
/// the API for, with the token of whoever looks.
/// </summary>
internal sealed partial class Dashboard
{
    /// <summary>Name of the page.</summary>
    public const string Page = "index.html";

    private const string Missing = """
        <!doctype html>
        <html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>Broker</title>
        <h1>The dashboard is not built in</h1>
        <p>This broker was built without npm or without its packages, as the output of its build says. All else is there: the API
        below <a href="api/openapi.json">/api</a>, <a href="metrics">/metrics</a>, and <code>broker ctl</code>.</p>
        </html>

        """;

    private static readonly string[] Reading = ["GET", "HEAD"];

    private readonly Dictionary<string, DashboardFile> _files = DashboardFile.ReadAll();

    /// <summary>Whether a request is for the page or what it loads.</summary>
    public static bool Serves(HttpRequest request) =>
        request.Path == "/" || request.Path.StartsWithSegments("/assets", StringComparison.Ordinal);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/", Reading, context => SendAsync(context, Page));
        routes.MapMethods(
            "/assets/{name}", Reading, context => SendAsync(context, (string)context.Request.RouteValues["name"]!));
    }

    private Task SendAsync(HttpContext context, string name)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = PolicyFor(context.Request.Host.Host);
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (_files.TryGetValue(name, out DashboardFile? file)) return file.SendAsync(context);
        if (name != Page)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }
        context.Response.ContentType = "text/html; charset=utf-8";
        headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.WriteAsync(Missing, context.RequestAborted);
    }

    /// <summary>
    /// What the page may do: nothing but what comes from here, and for the test client WebSockets to any port of the host it was
    /// asked for by. A script of somebody else would not run, and could carry nothing away.
    /// </summary>
    /// <param name="host">As the browser names it.</param>
    internal static string PolicyFor(string host)
    {
        // A policy cannot name an IPv6 address (CSP 3, 2.3.1): there the test client may go anywhere by WebSocket.
        string sockets = host.StartsWith('[') ? " ws: wss:"
            : !HostName().IsMatch(host) ? ""
            : host is "localhost" or "127.0.0.1" ? Sockets("localhost") + Sockets("127.0.0.1")
            : Sockets(host);
        return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'" + sockets
            + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

        static string Sockets(string host) => $" ws://{host}:* wss://{host}:*";
    }

    [GeneratedRegex(@"^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\z")]
    private static partial Regex HostName();
}
