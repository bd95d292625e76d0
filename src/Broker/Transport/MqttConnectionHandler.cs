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
        return _engine.ServeAsync(context.Transport, new SocketOrigin(context, listener, UserName(certificate, listener)));
    }

    /// <summary>Serves a connection that any transport made.</summary>
    public Task ServeAsync(
        IDuplexPipe transport, ListenerOptions listener, (string Address, X509Certificate2? Certificate) peer, Action abort) =>
        _engine.ServeAsync(transport, new ConnectionOrigin
        {
            Listener = listener,
            RemoteAddress = peer.Address,
            CertificateUserName = UserName(peer.Certificate, listener),
            Abort = abort,
        });

    private static string? UserName(X509Certificate2? certificate, ListenerOptions listener) =>
        certificate is not null && listener.Tls is { } tls ? ClientCertificate.UserName(certificate, tls) : null;
}
