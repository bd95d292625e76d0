using System.Text.Json;
using Broker.Connections;
using Broker.Messages;
using Broker.Protocol.Topics;

namespace Broker.Admin;

/// <summary>A message as it goes by.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Payload">Its payload.</param>
/// <param name="Text">The payload as text; null: it is none.</param>
/// <param name="Qos">As it was published.</param>
/// <param name="Retain">Whether it is retained.</param>
/// <param name="PublisherId">Client id of who published it; null: the broker, or an administrator.</param>
/// <param name="Properties">Its properties of MQTT 5.0; null: none.</param>
internal sealed record MessageView(
    string Topic, byte[] Payload, string? Text, int Qos, bool Retain, string? PublisherId, PropertiesView? Properties)
{
    public static MessageView Of(Message message) => new(
        message.Topic.Name, message.Payload.ToArray(), RetainedResource.TextOf(message.Payload), (int)message.Qos, message.Retain,
        message.PublisherId, message.Properties.IsEmpty ? null : PropertiesView.Of(message.Properties));
}

/// <summary>
/// <c>GET /api/messages?filter=F</c>: messages as they are published, for as long as somebody reads, as server-sent events. With
/// <c>retained=false</c> without what is retained already.
/// </summary>
internal sealed class MessagesResource(BrokerEngine engine, CancellationToken stopping)
{
    /// <summary>So many at a time: each keeps a connection of the admin listeners.</summary>
    private const int StreamsMax = 20;

    private int _streams;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/messages", StreamAsync);

    private async Task StreamAsync(HttpContext context)
    {
        if (FilterFault(context.Request.Query["filter"]) is { } fault)
        {
            await context.FailAsync(StatusCodes.Status400BadRequest, fault, "filter");
            return;
        }
        bool wantsRetained = true;
        if (context.Request.Query.TryGetValue("retained", out var retained) && !bool.TryParse(retained, out wantsRetained))
        {
            await context.FailAsync(StatusCodes.Status400BadRequest, $"retained is true or false, not '{retained}'.", "retained");
            return;
        }
        try
        {
            string? full = Interlocked.Increment(ref _streams) > StreamsMax
                ? $"{StreamsMax} streams of messages are being read, which is as many as there may be."
                : await StreamAsync(context, context.Request.Query["filter"].ToString(), wantsRetained);
            if (full is not null) await context.FailAsync(StatusCodes.Status503ServiceUnavailable, full);
        }
        catch (OperationCanceledException)
            when (stopping.IsCancellationRequested || context.RequestAborted.IsCancellationRequested)
        {
            return; // Whoever read is gone, or the broker ends.
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }

    private string? FilterFault(string? filter)
    {
        if (string.IsNullOrEmpty(filter)) return "filter is the topic filter of what is wanted, and it is missing.";
        if (!TopicFilter.IsValid(filter) || TopicDepth.IsTooDeep(filter, engine.Options.Limits.Peers.TopicLevelsMax))
            return $"'{filter}' is not a topic filter.";
        return filter.StartsWith("$share/", StringComparison.Ordinal)
            ? "A shared subscription would take messages away from its members." : null;
    }

    private async Task<string?> StreamAsync(HttpContext context, string filter, bool wantsRetained)
    {
        string who = (context.Features.Get<AdminIdentity>() ?? AdminIdentity.Local).Name;
        if (MessageTap.Open(engine, filter, who, wantsRetained) is not { } tap)
            return "There are as many sessions as there may be (max_sessions).";
        try
        {
            using EventStream events = new(context, stopping);
            await events.BeginAsync();
            do
            {
                while (tap.TryRead(out Message? message))
                {
                    MessageView view = MessageView.Of(message);
                    await events.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(view, AdminJson.Default.MessageView));
                }
                tap.Drain();
                await events.FlushAsync();
            }
            while (await events.WaitAsync(tap.WaitToReadAsync(events.End), engine.Time));
            return null;
        }
        finally
        {
            tap.Close();
        }
    }
}
