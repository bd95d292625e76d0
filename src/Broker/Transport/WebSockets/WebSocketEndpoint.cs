using System.Net;
using System.Net.WebSockets;
using Broker.Configuration;
using Broker.Transport.Proxy;
using Microsoft.AspNetCore.Http.Features;

namespace Broker.Transport.WebSockets;

/// <summary>
/// The HTTP side of a WebSocket listener: every path is accepted, the subprotocol must be one of MQTT's, a request that is no
/// upgrade or a wrong one gets a 4xx with a sentence.
/// </summary>
internal sealed class WebSocketEndpoint
{
    private static readonly string[] SubProtocols = ["mqtt", "mqttv3.1"];

    private readonly MqttConnectionHandler _handler;

    public WebSocketEndpoint(MqttConnectionHandler handler) => _handler = handler;

    public async Task HandleAsync(HttpContext context)
    {
        if (context.Features.Get<ListenerFeature>() is not { } feature)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "No such endpoint.");
            return;
        }
        ListenerOptions listener = feature.Listener;
        if (!context.WebSockets.IsWebSocketRequest && listener.HttpFolder is { } folder)
        {
            await HttpFiles.ServeAsync(context, folder);
            return;
        }
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            await RefuseAsync(context, StatusCodes.Status426UpgradeRequired, "This port speaks MQTT over WebSocket.");
            return;
        }
        string? subProtocol = SubProtocols.FirstOrDefault(context.WebSockets.WebSocketRequestedProtocols.Contains);
        if (subProtocol is null)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "Sec-WebSocket-Protocol must offer mqtt or mqttv3.1.");
            return;
        }
        string? origin = context.Request.Headers.Origin;
        if (origin is not null && !listener.WebSocketOrigins.IsEmpty && !listener.WebSocketOrigins.Contains(origin))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "This Origin is not in websockets_origin.");
            return;
        }
        await ServeAsync(context, listener, subProtocol);
    }

    private static Task RefuseAsync(HttpContext context, int statusCode, string sentence)
    {
        context.Response.StatusCode = statusCode;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(sentence + "\n");
    }

    private async Task ServeAsync(HttpContext context, ListenerOptions listener, string subProtocol)
    {
        // Keep-alive is MQTT's own.
        var accept = new WebSocketAcceptContext { SubProtocol = subProtocol, KeepAliveInterval = TimeSpan.Zero };
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(accept);
        // The middleware has upgraded through it.
        CorkedStream? stream = (context.Features.Get<IHttpUpgradeFeature>() as CorkedUpgrade)?.Stream;
        using var transport = new WebSocketTransport(socket, stream);
        Task pump = transport.PumpAsync();
        await _handler.ServeAsync(transport, context, listener, PeerOf(context, listener));
        await transport.CloseAsync();
        await pump;
    }

    private static WebSocketPeer PeerOf(HttpContext context, ListenerOptions listener)
    {
        ConnectionInfo connection = context.Connection;
        IPEndPoint? peer = connection.RemoteIpAddress is { } ip ? new IPEndPoint(ip, connection.RemotePort) : null;
        // The port of who is behind a proxy is not told.
        if (TrustedProxies.Contains(listener.TrustedProxies, peer)
            && TrustedProxies.ClientOf(listener.TrustedProxies, context.Request.Headers["X-Forwarded-For"]) is { } client)
            return new WebSocketPeer(client, client.ToString());
        return new WebSocketPeer(connection.RemoteIpAddress, RemoteAddress.Format(peer, listener.UnixSocketPath));
    }
}
