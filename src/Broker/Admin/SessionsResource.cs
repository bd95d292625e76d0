using Broker.Connections;
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

/// <summary>A session with what it subscribes to.</summary>
/// <param name="Session">The session.</param>
/// <param name="WillTopic">Where its will goes; null: it has none.</param>
/// <param name="Subscriptions">Its subscriptions.</param>
internal sealed record SessionDetail(SessionView Session, string? WillTopic, IReadOnlyList<SubscriptionView> Subscriptions);

/// <summary><c>GET /api/sessions</c> and <c>/api/sessions/{clientId}</c>.</summary>
internal sealed class SessionsResource(BrokerEngine engine)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/sessions", context => context.SendPageAsync(
            page => page.Of(engine.Sessions.Registry.Sessions, static session => session.ClientId, SessionView.Of),
            AdminJson.Default.PageSessionView));
        routes.MapGet("/api/sessions/{**clientId}", ShowAsync);
    }

    private Task ShowAsync(HttpContext context)
    {
        string clientId = context.Request.RouteValues["clientId"]?.ToString() ?? "";
        if (!engine.Sessions.Registry.TryGet(clientId, out Session? session))
            return context.FailAsync(StatusCodes.Status404NotFound, $"there is no session with the client id '{clientId}'");
        SessionDetail detail = new(
            SessionView.Of(session), session.Will?.Message.Topic.Name,
            [.. session.Subscriptions.OrderBy(static one => one.Key, StringComparer.Ordinal).Select(SubscriptionView.Of)]);
        return context.SendAsync(detail, AdminJson.Default.SessionDetail);
    }
}
