using Broker.Connections;

namespace Broker.Admin;

/// <summary>Which build this is.</summary>
/// <param name="Version">Of the broker.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="UptimeSeconds">Since then.</param>
internal sealed record VersionView(string Version, DateTimeOffset StartedAt, long UptimeSeconds);

/// <summary><c>GET /api/version</c>.</summary>
internal sealed class VersionResource(BrokerEngine engine, string version)
{
    private readonly DateTimeOffset _startedAt = engine.Time.GetUtcNow();

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/version", context => context.SendAsync(
        new VersionView(version, _startedAt, (long)(engine.Time.GetUtcNow() - _startedAt).TotalSeconds),
        AdminJson.Default.VersionView));
}
