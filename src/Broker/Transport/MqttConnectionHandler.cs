using System.IO.Pipelines;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;
using Broker.Connections;
using Broker.Transport.Proxy;
using Broker.Transport.Tls;
using Broker.Transport.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Broker.Transport;

/// <summary>From what Kestrel accepted, whatever it came over, to the engine.</summary>
internal sealed class MqttConnectionHandler
{
    private readonly BrokerEngine _engine;

    public MqttConnectionHandler(BrokerEngine engine) => _engine = engine;

    /// <summary>MQTT straight on the connection: TCP, TLS or unix socket.</summary>
    public Task OnConnectedAsync(ConnectionContext context, ListenerOptions listener) =>
        _engine.ServeAsync(context.Transport, new SocketOrigin(context, listener, UserName(context.Features, listener)));

    /// <summary>MQTT in a WebSocket.</summary>
    public Task ServeAsync(IDuplexPipe transport, HttpContext context, ListenerOptions listener, WebSocketPeer peer) =>
        _engine.ServeAsync(transport, new ConnectionOrigin
        {
            Listener = listener,
            RemoteAddress = peer.Text,
            Address = peer.Address,
            Place = context.Features.Get<ConnectionPlace>(),
            CertificateUserName = UserName(context.Features, listener),
            Closed = context.RequestAborted,
            Abort = context.Abort,
        });

    // From the certificate that was shown to us, or from what a proxy says of the one that was shown to it.
    private static string? UserName(IFeatureCollection features, ListenerOptions listener)
    {
        if (features.Get<ProxyHeader>() is { } header) return header.CommonName;
        X509Certificate2? certificate = features.Get<ITlsConnectionFeature>()?.ClientCertificate;
        return certificate is not null && listener.Tls is { } tls ? ClientCertificate.UserName(certificate, tls) : null;
    }
}
