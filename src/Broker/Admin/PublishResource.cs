using System.Globalization;
using Broker.Connections;
using Broker.Diagnostics;
using Broker.Messages;
using Broker.Routing;

namespace Broker.Admin;

/// <summary>What publishing came to.</summary>
/// <param name="Topic">Where.</param>
/// <param name="MatchingSubscribers">Subscriptions that matched; of a shared one its members count as one.</param>
/// <param name="Committed">Whether a store has it now, so that nothing of it is lost.</param>
internal sealed record PublishedView(string Topic, int MatchingSubscribers, bool Committed);

/// <summary>
/// <c>POST /api/publish</c>: a message goes the way of a client's, and the answer waits for its commit as PUBACK does. Access
/// lists are about clients, and are not asked.
/// </summary>
internal sealed class PublishResource(BrokerEngine engine)
{
    public void Map(AdminChanges changes) => changes.Map("POST", "/api/publish", "publish", PublishAsync);

    private Task<Change> PublishAsync(HttpContext context) => JsonBody.ReadAsync(context, root =>
    {
        PublishRequest? request = PublishRequest.Read(root, engine.Options.Limits, out string topic, out ApiProblem? problem);
        return request is null ? Task.FromResult(Change.Refused(topic, problem!)) : PublishAsync(request);
    });

    private async Task<Change> PublishAsync(PublishRequest request)
    {
        MatchResult match = engine.Router.Subscriptions.Match(request.Topic.Name);
        Message message = MessageOf(request, isShared: match.FanOut > 1);
        TouchedConnections touched = new() { MayDrainNow = false };
        RouteResult routed;
        // One commit: who is told that it failed may publish it again, and nobody has half of it.
        engine.Store.BeginGroup();
        try
        {
            engine.Router.Tell(TraceWord.Accepted, message);
            routed = engine.Router.Route(message, match, touched);
        }
        finally
        {
            engine.Store.EndGroup();
        }
        touched.Drain();
        if (routed.Refused is { } limit)
        {
            return Change.Refused(
                request.Topic.Name, StatusCodes.Status507InsufficientStorage,
                $"Not retained: {SnakeCase.Of(limit.ToString())} is reached.");
        }
        if (routed.IsRejected)
        {
            // Nothing of it is taken back: who has it by now has it.
            await CommitWait.ForAsync(engine.Store, routed.Ticket, engine.Time);
            return Change.Refused(
                request.Topic.Name, StatusCodes.Status507InsufficientStorage,
                "A subscriber's queue is full (drop_policy reject); the other subscribers have the message.");
        }
        if (!await CommitWait.ForAsync(engine.Store, routed.Ticket, engine.Time)) return Change.Uncommitted(request.Topic.Name);
        string result = string.Create(
            CultureInfo.InvariantCulture,
            $"published {request.Payload.Length} bytes with QoS {(int)request.Qos}{(request.Retain ? ", retained" : "")}");
        return Change.Done(
            request.Topic.Name, result,
            new PublishedView(request.Topic.Name, match.FanOut, routed.Ticket != 0), AdminJson.Default.PublishedView);
    }

    private Message MessageOf(PublishRequest request, bool isShared) =>
        new(request.Topic, [.. request.Properties, .. request.Payload], request.Properties.Length)
        {
            Qos = request.Qos,
            Retain = request.Retain,
            ExpiresAt = request.ExpirySeconds is { } seconds
                ? engine.Time.GetUtcNow().ToUnixTimeMilliseconds() + (seconds * 1000L)
                : Message.NeverExpires,
            // A retained message stays: it does not keep its encoded copies.
            SharedFrames = isShared && !request.Retain ? new SharedFrames() : null,
        };
}
