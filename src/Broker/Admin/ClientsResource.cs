using Broker.Connections;
using Broker.Protocol;
using Broker.Sessions;

namespace Broker.Admin;

/// <summary>A client that is connected.</summary>
/// <param name="ClientId">Its client identifier.</param>
/// <param name="UserName">As whom; null: anonymous.</param>
/// <param name="Address">Where from.</param>
/// <param name="Listener">By which listener.</param>
/// <param name="Version">3.1, 3.1.1 or 5.0.</param>
/// <param name="ConnectedSeconds">For how long.</param>
/// <param name="KeepAliveSeconds">0: none.</param>
/// <param name="CleanStart">Whether it wanted a new session.</param>
/// <param name="SessionExpirySeconds">How long its session stays when it goes; null: for ever.</param>
/// <param name="Waiting">Messages that wait for it.</param>
/// <param name="InFlight">Messages that it has not acknowledged.</param>
internal sealed record ClientView(
    string ClientId, string? UserName, string Address, string Listener, string Version, long ConnectedSeconds,
    int KeepAliveSeconds, bool CleanStart, uint? SessionExpirySeconds, int Waiting, int InFlight);

/// <summary><c>GET /api/clients</c>: who is connected.</summary>
internal sealed class ClientsResource(BrokerEngine engine)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/clients", context => context.SendPageAsync(
        page => page.Of(
            engine.Connections.Where(static connection => connection is { Session: not null, Parameters: not null }),
            static connection => connection.Parameters!.ClientId, View),
        AdminJson.Default.PageClientView));

    private static ClientView View(MqttConnection connection)
    {
        ClientParameters parameters = connection.Parameters!;
        Session session = connection.Session!;
        QueueDepths depths = session.Depths;
        string version = parameters.Version switch
        {
            ProtocolVersion.Mqtt31 => "3.1",
            ProtocolVersion.Mqtt311 => "3.1.1",
            _ => "5.0",
        };
        return new ClientView(
            parameters.ClientId, parameters.UserName, connection.Origin.RemoteAddress, connection.Listener.Name, version,
            connection.AgeSeconds, parameters.KeepAliveSeconds, parameters.CleanStart, SessionView.Expiry(session),
            depths.Waiting, depths.InFlight);
    }
}
