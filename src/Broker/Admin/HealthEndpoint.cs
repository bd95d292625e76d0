using Broker.Diagnostics;

namespace Broker.Admin;

/// <summary><c>GET /health/live</c> and <c>/health/ready</c>: 200 or 503, and in words what is missing.</summary>
/// <param name="readiness">Whether it is ready.</param>
/// <param name="heartbeat">Whether it is alive.</param>
internal sealed class HealthEndpoint(Readiness readiness, Heartbeat heartbeat)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", context => AnswerAsync(
            context, heartbeat.IsBeating ? null : "the heartbeat has stopped: periodic work is stuck"));
        routes.MapGet("/health/ready", context => AnswerAsync(context, readiness.Missing));
    }

    private static Task AnswerAsync(HttpContext context, string? missing)
    {
        if (missing is not null) context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync((missing ?? "ok") + "\n", context.RequestAborted);
    }
}
