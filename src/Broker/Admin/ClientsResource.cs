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
    int KeepAliveSeconds, bool CleanStart, uint? SessionExpirySeconds, int Waiting, int InFlight)
{
    /// <summary>Null: it is not connected, or not yet.</summary>
    public static ClientView? Of(MqttConnection connection)
    {
        if (connection is not { Parameters: { } parameters, Session: { } session }) return null;
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

/// <summary>
/// <c>/api/clients</c>: who is connected, what there is to know of one, and ending its connection.
/// </summary>
internal sealed class ClientsResource(BrokerEngine engine, SessionDetailReading details)
{
    private const string Prefix = "/api/clients/";

    public void Map(IEndpointRouteBuilder routes, AdminChanges changes)
    {
        routes.MapGet(
            "/api/clients", context => context.Request.Query.ContainsKey("id") ? ShowAsync(context) : ListAsync(context));
        routes.MapGet(Prefix + "{**id}", ShowAsync);
        changes.Map("DELETE", "/api/clients", "disconnect", DisconnectAsync);
        changes.Map("DELETE", Prefix + "{**id}", "disconnect", DisconnectAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        TextFilter? filter = TextFilter.Of(context.Request.Query["filter"]);
        return context.SendPageAsync(
            page => page.Of(
                engine.Connections.Where(static connection => connection is { Session: not null, Parameters: not null }),
                static connection => connection.Parameters!.ClientId,
                static connection => ClientView.Of(connection)!,
                filter is null ? null : connection => filter.Matches(connection.Parameters!.ClientId)
                    || filter.Matches(connection.Parameters.UserName) || filter.Matches(connection.Origin.RemoteAddress)),
            AdminJson.Default.PageClientView);
    }

    private async Task ShowAsync(HttpContext context)
    {
        string id = RequestTarget.Of(context, Prefix, "id") ?? "";
        if (!engine.Sessions.Registry.TryGet(id, out Session? session) || session.Connection is not MqttConnection)
            await context.FailAsync(StatusCodes.Status404NotFound, $"No client with the client id '{id}' is connected.");
        else await details.SendAsync(context, session);
    }

    private async Task<Change> DisconnectAsync(HttpContext context)
    {
        string id = RequestTarget.Of(context, Prefix, "id") ?? "";
        if (!QueryFlag.TryRead(context, "delete_session", out bool deletesSession, out ApiProblem? problem))
            return Change.Refused(id, problem);
        if (!engine.Sessions.Registry.TryGet(id, out Session? session) || session.Connection is not MqttConnection connection)
            return Change.Refused(id, StatusCodes.Status404NotFound, $"No client with the client id '{id}' is connected.");
        if (deletesSession) return await SessionsResource.DeleteAsync(engine, id);
        connection.TryClose(CloseReason.AdministrativeAction);
        return Change.Done(id, "disconnected", new DisconnectedView(id, true, false), AdminJson.Default.DisconnectedView);
    }
}
