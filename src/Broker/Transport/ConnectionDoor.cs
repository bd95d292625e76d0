using System.Net;
using Broker.Configuration;
using Broker.Connections;
using Broker.Transport.Proxy;
using Microsoft.AspNetCore.Connections;

namespace Broker.Transport;

/// <summary>
/// Keeps out who is banned, and who is one too many, before work is done for them: TLS, HTTP. What is served at once, plain MQTT,
/// is counted by the engine.
/// </summary>
internal sealed class ConnectionDoor(BrokerEngine engine)
{
    /// <summary>A connection was accepted. Behind a proxy it is not known yet whose it is, and it counts all the same.</summary>
    /// <param name="context">It.</param>
    /// <param name="listener">Where it came in.</param>
    /// <param name="hasTls">Whether a TLS handshake comes first.</param>
    /// <param name="next">What comes next.</param>
    public Task EnterAsync(ConnectionContext context, ListenerOptions listener, bool hasTls, ConnectionDelegate next)
    {
        bool isBehindProxy = listener.Proxy is not null;
        if (!isBehindProxy && IsBanned(context)) return Task.CompletedTask;
        if (!isBehindProxy && !hasTls && listener.Protocol == ListenerProtocol.Mqtt) return next(context);
        return engine.Gate.TryEnter(new SocketOrigin(context, listener, certificateUserName: null)) is { } place
            ? ServeAsync(context, place, next)
            : Task.CompletedTask;
    }

    /// <summary>What the proxy said of the connection, if there is one, is known: whether it may stay.</summary>
    public bool LetsIn(ConnectionContext context, ListenerOptions listener)
    {
        if (listener.Proxy is not null && IsBanned(context)) return false;
        if (context.Features.Get<ConnectionPlace>() is not { } place) return true;
        // Whose it is stands in the request that is still to come.
        if (listener.Protocol == ListenerProtocol.WebSockets
            && TrustedProxies.Contains(listener.TrustedProxies, context.RemoteEndPoint))
            return true;
        return engine.Gate.TryEnterAddress(place, new SocketOrigin(context, listener, certificateUserName: null));
    }

    private static async Task ServeAsync(ConnectionContext context, ConnectionPlace place, ConnectionDelegate next)
    {
        context.Features.Set(place);
        try
        {
            await next(context);
        }
        finally
        {
            place.Leave();
        }
    }

    private bool IsBanned(ConnectionContext context) =>
        engine.Bans.RefusesAccept((context.RemoteEndPoint as IPEndPoint)?.Address);
}
