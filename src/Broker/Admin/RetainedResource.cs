using System.Text;
using Broker.Connections;
using Broker.Messages;
using Broker.Protocol.Topics;

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
internal sealed record RetainedDetail(RetainedView Message, byte[] Payload, string? Text);

/// <summary><c>GET /api/retained</c>, with <c>filter</c> (default #), and <c>/api/retained/{topic}</c>.</summary>
internal sealed class RetainedResource(BrokerEngine engine)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/retained", ListAsync);
        routes.MapGet("/api/retained/{**topic}", ShowAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        string filter = context.Request.Query["filter"] is [{ Length: > 0 } given] ? given : "#";
        if (!TopicFilter.IsValid(filter))
            return context.FailAsync(StatusCodes.Status400BadRequest, $"'{filter}' is not a topic filter");
        return context.SendPageAsync(
            page => page.Of(Find(filter), static message => message.Topic.Name, RetainedView.Of),
            AdminJson.Default.PageRetainedView);
    }

    private Task ShowAsync(HttpContext context)
    {
        string topic = context.Request.RouteValues["topic"]?.ToString() ?? "";
        Message? message = TopicName.IsValid(topic) ? Find(topic).FirstOrDefault() : null;
        if (message is null) return context.FailAsync(StatusCodes.Status404NotFound, $"nothing is retained on '{topic}'");
        byte[] payload = message.Payload.ToArray();
        return context.SendAsync(
            new RetainedDetail(RetainedView.Of(message), payload, TextOf(payload)), AdminJson.Default.RetainedDetail);
    }

    private IEnumerable<Message> Find(string filter) =>
        engine.Retained.Find(filter, engine.Time.GetUtcNow().ToUnixTimeMilliseconds());

    private static string? TextOf(byte[] payload)
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
}
