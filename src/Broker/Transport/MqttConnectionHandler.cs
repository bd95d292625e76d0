using System.IO.Pipelines;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;
using Broker.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Broker.Transport;

/// <summary>From what Kestrel accepted, whatever it came over, to the engine.</summary>
internal sealed class MqttConnectionHandler
{
    private readonly BrokerEngine _engine;

    public MqttConnectionHandler(BrokerEngine engine) => _engine = engine;

    /// <summary>MQTT straight on the connection: TCP, TLS or unix socket.</summary>
    public Task OnConnectedAsync(ConnectionContext context, ListenerOptions listener)
    {
        X509Certificate2? certificate = context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate;
        string address = RemoteAddress.Format(context.RemoteEndPoint, listener.UnixSocketPath);
        return ServeAsync(context.Transport, listener, (address, certificate), context.Abort);
    }

    /// <summary>Serves a connection that any transport made.</summary>
    public Task ServeAsync(
        IDuplexPipe transport, ListenerOptions listener, (string Address, X509Certificate2? Certificate) peer, Action abort)
    {
        string? userName = peer.Certificate is not null && listener.Tls is { } tls
            ? ClientCertificate.UserName(peer.Certificate, tls)
            : null;
        return _engine.ServeAsync(transport, new ConnectionOrigin
        {
            Listener = listener,
            RemoteAddress = peer.Address,
            CertificateUserName = userName,
            Abort = abort,
        });
    }
}
