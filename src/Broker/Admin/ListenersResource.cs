using Broker.Configuration;
using Broker.Connections;

namespace Broker.Admin;

/// <summary>A listener for clients.</summary>
/// <param name="Name">As metrics name it.</param>
/// <param name="Protocol"><c>mqtt</c>, <c>websockets</c> or <c>http_api</c>.</param>
/// <param name="Port">0: a unix socket.</param>
/// <param name="Address">Null: every interface.</param>
/// <param name="UnixSocket">Path; null: TCP.</param>
/// <param name="Tls">Whether it is encrypted.</param>
/// <param name="AllowAnonymous">Whether clients without a name may connect.</param>
/// <param name="Connections">Connections now, with or without CONNECT.</param>
/// <param name="ConnectionsMax">Null: no limit.</param>
internal sealed record ListenerView(
    string Name, string Protocol, int Port, string? Address, string? UnixSocket, bool Tls, bool AllowAnonymous, int Connections,
    int? ConnectionsMax)
{
    public static string ProtocolOf(ListenerOptions listener) => listener.Protocol switch
    {
        ListenerProtocol.Mqtt => "mqtt",
        ListenerProtocol.WebSockets => "websockets",
        _ => "http_api",
    };
}

/// <summary><c>GET /api/listeners</c>.</summary>
internal sealed class ListenersResource(BrokerEngine engine)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/listeners", context => context.SendAsync(Read(), AdminJson.Default.IReadOnlyListListenerView));

    private IReadOnlyList<ListenerView> Read()
    {
        Dictionary<string, int> counts = engine.Connections.CountBy(static connection => connection.Listener.Name)
            .ToDictionary(StringComparer.Ordinal);
        return
        [
            .. engine.Options.Listeners.Select(listener => new ListenerView(
                listener.Name, ListenerView.ProtocolOf(listener),
                listener.UnixSocketPath is null ? listener.Port : 0, listener.Address, listener.UnixSocketPath,
                listener.Tls is not null, listener.Security.AllowAnonymous, counts.GetValueOrDefault(listener.Name),
                listener.ConnectionsMax < 0 ? null : listener.ConnectionsMax)),
        ];
    }
}
