using Broker.Diagnostics;
using Microsoft.Net.Http.Headers;

namespace Broker.Admin;

/// <summary><c>GET /metrics</c>: what the instruments say, for Prometheus.</summary>
/// <param name="reading">Reads them.</param>
internal sealed class MetricsEndpoint(MetricsReading reading)
{
    private const string OpenMetrics = "application/openmetrics-text";
    private const string PlainText = "text/plain";

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", HandleAsync);

    /// <summary>Whether a client would rather have OpenMetrics than the older text format.</summary>
    public static bool PrefersOpenMetrics(IList<string> accept)
    {
        if (!MediaTypeHeaderValue.TryParseList(accept, out IList<MediaTypeHeaderValue>? types)) return false;
        double Quality(string name) => types
            .Where(type => type.MediaType.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(static type => type.Quality ?? 1).DefaultIfEmpty(0).Max();
        double quality = Quality(OpenMetrics);
        return quality > 0 && quality >= Quality(PlainText);
    }

    private Task HandleAsync(HttpContext context)
    {
        bool isOpenMetrics = PrefersOpenMetrics([.. context.Request.Headers.Accept.OfType<string>()]);
        context.Response.ContentType = isOpenMetrics ? PrometheusText.OpenMetricsType : PrometheusText.TextType;
        context.Response.Headers.Vary = "Accept";
        return context.Response.WriteAsync(PrometheusText.Write(reading.Read(), isOpenMetrics), context.RequestAborted);
    }
}
