using Broker.Connections;
using Broker.Sessions;

namespace Broker.Admin;

/// <summary>A subscription of a session.</summary>
/// <param name="ClientId">Whose.</param>
/// <param name="Filter">As it was subscribed, <c>$share/</c> and mount point included.</param>
/// <param name="Qos">The granted QoS.</param>
/// <param name="NoLocal">Whether what its client publishes is left out.</param>
/// <param name="RetainAsPublished">Whether RETAIN is kept.</param>
/// <param name="Id">Subscription Identifier; null: none.</param>
internal sealed record SubscriptionView(
    string ClientId, string Filter, int Qos, bool NoLocal, bool RetainAsPublished, uint? Id)
{
    public static SubscriptionView Of(Subscription subscription) => new(
        subscription.Session.ClientId, subscription.Key, (int)subscription.Qos, subscription.NoLocal,
        subscription.RetainAsPublished, subscription.Ids is [var id, ..] ? id : null);
}

/// <summary><c>GET /api/subscriptions</c>, ordered by filter and client; with <c>client</c> those of one.</summary>
internal sealed class SubscriptionsResource(BrokerEngine engine)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/subscriptions", context =>
    {
        TextFilter? filter = TextFilter.Of(context.Request.Query["filter"]);
        string? client = context.Request.Query["client"];
        return context.SendPageAsync(
            page => page.Of(
                SessionsOf(client).SelectMany(static session => session.Subscriptions),
                // Neither has a control character in it that MQTT allows.
                static subscription => $"{subscription.Key}\n{subscription.Session.ClientId}", SubscriptionView.Of,
                filter is null
                    ? null
                    : one => filter.Matches(one.Key) || filter.Matches(one.Session.ClientId)),
            AdminJson.Default.PageSubscriptionView);
    });

    private IEnumerable<Session> SessionsOf(string? client)
    {
        if (client is null) return engine.Sessions.Registry.Sessions;
        return engine.Sessions.Registry.TryGet(client, out Session? session) ? [session] : [];
    }
}
