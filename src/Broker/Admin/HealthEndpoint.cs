using Broker.Diagnostics;
using Broker.Security;

namespace Broker.Admin;

/// <summary><c>GET /health/live</c> and <c>/health/ready</c>: 200 or 503, and in words what is missing.</summary>
/// <param name="readiness">Whether it is ready.</param>
/// <param name="heartbeat">Whether it is alive.</param>
/// <param name="services">Who is asked about clients.</param>
internal sealed class HealthEndpoint(Readiness readiness, Heartbeat heartbeat, AuthenticationSurroundings services)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", context => AnswerAsync(
            context, heartbeat.IsBeating ? null : "the heartbeat has stopped: periodic work is stuck"));
        routes.MapGet("/health/ready", context => AnswerAsync(context, readiness.Missing, Besides()));
    }

    // Who does not need that service is served; not ready would mean for nobody, and on every broker that asks it.
    private string Besides()
    {
        string keys = services.Jwks.FailingCount > 0 ? "; no keys come from jwt_jwks_url" : "";
        string answers = services.Http.FailingCount > 0 ? "; the service of http_auth_url or http_acl_url does not answer" : "";
        return keys + answers;
    }

    private static Task AnswerAsync(HttpContext context, string? missing, string besides = "")
    {
        if (missing is not null) context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync($"{missing ?? "ok"}{besides}\n", context.RequestAborted);
    }
}
