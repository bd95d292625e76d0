using System.Globalization;
using System.Text;
using Broker.Connections;
using Broker.Messages;
using Broker.Protocol;
using Broker.Protocol.Topics;
using Broker.Security;

namespace Broker.Admin;

/// <summary>A retained message without its payload.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Qos">Its QoS.</param>
/// <param name="PayloadBytes">Length of the payload.</param>
/// <param name="ExpiresAt">When it goes; null: it stays.</param>
/// <param name="PublisherId">Client id of who published it; null: the broker.</param>
internal sealed record RetainedView(string Topic, int Qos, int PayloadBytes, DateTimeOffset? ExpiresAt, string? PublisherId)
{
    public static RetainedView Of(Message message) => new(
        message.Topic.Name, (int)message.Qos, message.PayloadLength,
        message.ExpiresAt == Message.NeverExpires ? null : DateTimeOffset.FromUnixTimeMilliseconds(message.ExpiresAt),
        message.PublisherId);
}

/// <summary>A retained message.</summary>
/// <param name="Message">All but its payload.</param>
/// <param name="Payload">Its payload.</param>
/// <param name="Text">The payload as text; null: it is none.</param>
/// <param name="Properties">Its properties of MQTT 5.0.</param>
internal sealed record RetainedDetail(RetainedView Message, byte[] Payload, string? Text, PropertiesView Properties);

/// <summary>What deleting retained messages came to.</summary>
/// <param name="Deleted">How many, and that committed.</param>
/// <param name="HasMore">Whether there are more than are deleted at a time: ask again.</param>
internal sealed record RetainedDeletedView(int Deleted, bool HasMore);

/// <summary>
/// <c>/api/retained</c>: what is retained, with <c>topic</c> one message and with <c>filter</c> (default #) some of them, and
/// deleting them. Also <c>/api/retained/{topic}</c>.
/// </summary>
internal sealed class RetainedResource(BrokerEngine engine)
{
    /// <summary>So many are deleted at a time.</summary>
    public const int DeletedMax = 10_000;

    private const string Prefix = "/api/retained/";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public void Map(IEndpointRouteBuilder routes, AdminChanges changes)
    {
        routes.MapGet(
            "/api/retained", context => context.Request.Query.ContainsKey("topic") ? ShowAsync(context) : ListAsync(context));
        routes.MapGet(Prefix + "{**topic}", ShowAsync);
        changes.Map("DELETE", "/api/retained", "delete retained", DeleteAsync);
        changes.Map("DELETE", Prefix + "{**topic}", "delete retained", DeleteAsync);
    }

    /// <summary>A payload as text; null: it is none.</summary>
    public static string? TextOf(ReadOnlySpan<byte> payload)
    {
        try
        {
            return Strict.GetString(payload);
        }
        catch (DecoderFallbackException)
        {
            return null; // Not text: who wants it has the bytes.
        }
    }

    private Task ListAsync(HttpContext context)
    {
        string filter = context.Request.Query["filter"] is [{ Length: > 0 } given] ? given : "#";
        if (!TopicFilter.IsValid(filter))
            return context.FailAsync(StatusCodes.Status400BadRequest, $"'{filter}' is not a topic filter.", "filter");
        return context.SendPageAsync(
            page => page.Of(Find(filter), static message => message.Topic.Name, RetainedView.Of),
            AdminJson.Default.PageRetainedView);
    }

    private Task ShowAsync(HttpContext context)
    {
        string topic = RequestTarget.Of(context, Prefix, "topic") ?? "";
        Message? message = TopicName.IsValid(topic) ? Find(topic).FirstOrDefault() : null;
        if (message is null) return context.FailAsync(StatusCodes.Status404NotFound, $"Nothing is retained on '{topic}'.");
        RetainedDetail detail = new(
            RetainedView.Of(message), message.Payload.ToArray(), TextOf(message.Payload), PropertiesView.Of(message.Properties));
        return context.SendAsync(detail, AdminJson.Default.RetainedDetail);
    }

    private Task<Change> DeleteAsync(HttpContext context)
    {
        string? filter = context.Request.Query["filter"];
        string? topic = RequestTarget.Of(context, Prefix, "topic");
        if ((topic is null) == (filter is null))
        {
            return Task.FromResult(Change.Refused(
                "", StatusCodes.Status400BadRequest, "Say which: topic of one message or filter of many.", "topic"));
        }
        string field = topic is null ? "filter" : "topic";
        string wanted = topic ?? filter!;
        if (topic is not null ? !TopicName.IsValid(topic) : !TopicFilter.IsValid(wanted))
            return Refuse($"'{wanted}' is not a topic{(topic is null ? " filter" : "")}.");
        if (AccessDecisions.IsOfServer(wanted)) return Refuse($"'{wanted}' is the broker's own: it would be back at once.");
        return DeleteAsync(wanted, isOne: topic is not null);

        Task<Change> Refuse(string detail) =>
            Task.FromResult(Change.Refused(wanted, StatusCodes.Status400BadRequest, detail, field));
    }

    // Subscribers are not told: who wants them to know publishes an empty retained message instead.
    private async Task<Change> DeleteAsync(string filter, bool isOne)
    {
        Topic[] topics = [.. Find(filter).Take(DeletedMax + 1).Select(static message => message.Topic)];
        if (isOne && topics.Length == 0)
            return Change.Refused(filter, StatusCodes.Status404NotFound, $"Nothing is retained on '{filter}'.");
        int count = Math.Min(topics.Length, DeletedMax);
        long ticket = 0;
        foreach (Topic topic in topics.AsSpan(0, count))
        {
            Message empty = new(topic, [], propertiesLength: 0) { Qos = QualityOfService.AtMostOnce, Retain = true };
            ticket = Math.Max(ticket, engine.Retained.Set(empty));
        }
        if (!await CommitWait.ForAsync(engine.Store, ticket, engine.Time)) return Change.Uncommitted(filter);
        return Change.Done(
            filter, string.Create(CultureInfo.InvariantCulture, $"deleted {count}"),
            new RetainedDeletedView(count, topics.Length > count), AdminJson.Default.RetainedDeletedView);
    }

    private IEnumerable<Message> Find(string filter) =>
        engine.Retained.Find(filter, engine.Time.GetUtcNow().ToUnixTimeMilliseconds());
}
