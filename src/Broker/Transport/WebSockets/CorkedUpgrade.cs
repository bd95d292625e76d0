using Microsoft.AspNetCore.Http.Features;

namespace Broker.Transport.WebSockets;

/// <summary>Has WebSockets written to a stream that can be corked. Stands before the WebSocket middleware.</summary>
internal sealed class CorkedUpgrade(IHttpUpgradeFeature upgrade) : IHttpUpgradeFeature
{
    public bool IsUpgradableRequest => upgrade.IsUpgradableRequest;

    /// <summary>The stream of the connection once it is upgraded.</summary>
    public CorkedStream? Stream { get; private set; }

    public async Task<Stream> UpgradeAsync() => Stream = new CorkedStream(await upgrade.UpgradeAsync());

    /// <summary>For <c>IApplicationBuilder.Use</c>.</summary>
    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
            context.Features.Set<IHttpUpgradeFeature>(new CorkedUpgrade(upgrade));
        return next(context);
    }
}
