using Broker.Connections;
using Broker.Lifecycle;
using Broker.Sessions;

namespace Broker.Admin;

/// <summary>A session, with or without its client.</summary>
/// <param name="ClientId">Whose.</param>
/// <param name="UserName">Who authenticated last; null: anonymous.</param>
/// <param name="Online">Whether its client is connected.</param>
/// <param name="ExpirySeconds">How long it stays without its client; null: for ever.</param>
/// <param name="Subscriptions">How many.</param>
/// <param name="Waiting">Messages that wait.</param>
/// <param name="WaitingBytes">Their payload bytes.</param>
/// <param name="InFlight">Messages that were sent and are not acknowledged to the end.</param>
internal sealed record SessionView(
    string ClientId, string? UserName, bool Online, uint? ExpirySeconds, int Subscriptions, int Waiting, long WaitingBytes,
    int InFlight)
{
    public static SessionView Of(Session session)
    {
        QueueDepths depths = session.Depths;
        return new SessionView(
            session.ClientId, session.UserName, depths.IsOnline, Expiry(session), session.SubscriptionCount, depths.Waiting,
            depths.WaitingBytes, depths.InFlight);
    }

    public static uint? Expiry(Session session) =>
        session.ExpirySeconds == Session.NeverExpires ? null : session.ExpirySeconds;
}

/// <summary>What ending a connection or a session came to.</summary>
/// <param name="ClientId">Whose.</param>
/// <param name="Disconnected">Whether a connection was ended.</param>
/// <param name="SessionDeleted">Whether its session is gone, and that committed.</param>
internal sealed record DisconnectedView(string ClientId, bool Disconnected, bool SessionDeleted);

/// <summary><c>/api/sessions</c>: those there are, what there is to know of one, and deleting it.</summary>
internal sealed class SessionsResource(BrokerEngine engine, SessionDetailReading details)
{
    private const string Prefix = "/api/sessions/";

    public void Map(IEndpointRouteBuilder routes, AdminChanges changes)
    {
        routes.MapGet(
            "/api/sessions", context => context.Request.Query.ContainsKey("id") ? ShowAsync(context) : ListAsync(context));
        routes.MapGet(Prefix + "{**id}", ShowAsync);
        changes.Map("DELETE", "/api/sessions", "delete session", DeleteAsync);
        changes.Map("DELETE", Prefix + "{**id}", "delete session", DeleteAsync);
    }

    /// <summary>Ends a session, and its connection if there is one.</summary>
    public static async Task<Change> DeleteAsync(BrokerEngine engine, string id)
    {
        if (!engine.Sessions.TryDelete(id, out DeletedSession? deleted))
            return Change.Refused(id, StatusCodes.Status404NotFound, $"There is no session with the client id '{id}'.");
        ISessionConnection? connection = deleted.Value.Connection;
        if (connection is MqttConnection client) client.TryClose(CloseReason.AdministrativeAction);
        else connection?.CloseTakenOver();
        if (!await CommitWait.ForAsync(engine.Store, deleted.Value.Ticket, engine.Time)) return Change.Uncommitted(id);
        return Change.Done(
            id, connection is null ? "session deleted" : "disconnected, session deleted",
            new DisconnectedView(id, connection is not null, true), AdminJson.Default.DisconnectedView);
    }

    private Task ListAsync(HttpContext context)
    {
        TextFilter? filter = TextFilter.Of(context.Request.Query["filter"]);
        return context.SendPageAsync(
            page => page.Of(
                engine.Sessions.Registry.Sessions, static session => session.ClientId, SessionView.Of,
                filter is null ? null : session => filter.Matches(session.ClientId) || filter.Matches(session.UserName)
                    || filter.Matches((session.Connection as MqttConnection)?.Origin.RemoteAddress)),
            AdminJson.Default.PageSessionView);
    }

    private Task ShowAsync(HttpContext context)
    {
        string id = RequestTarget.Of(context, Prefix, "id") ?? "";
        return engine.Sessions.Registry.TryGet(id, out Session? session)
            ? details.SendAsync(context, session)
            : context.FailAsync(StatusCodes.Status404NotFound, $"There is no session with the client id '{id}'.");
    }

    private Task<Change> DeleteAsync(HttpContext context) =>
        DeleteAsync(engine, RequestTarget.Of(context, Prefix, "id") ?? "");
}
