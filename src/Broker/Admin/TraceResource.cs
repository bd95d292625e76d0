using System.Globalization;
using System.Text.Json;
using Broker.Connections;
using Broker.Diagnostics;
using Broker.Protocol.Topics;

namespace Broker.Admin;

/// <summary>An event of a trace. What it has not is left out.</summary>
/// <param name="Time">When.</param>
/// <param name="Word">
/// What: <c>begin</c> (the trace is on), <c>left_out</c> (so many events), or a <see cref="TraceWord"/> in snake case.
/// </param>
/// <param name="ClientId">Whom it happened to.</param>
/// <param name="Address">Where that client is.</param>
/// <param name="Topic">Of the message, or the filter of a subscription.</param>
/// <param name="PublisherId">Who published the message.</param>
/// <param name="Qos">0 to 2.</param>
/// <param name="PacketId">On the connection of the client.</param>
/// <param name="Bytes">Of the payload.</param>
/// <param name="Count">How many it is about.</param>
/// <param name="Dup">Whether it was sent again.</param>
/// <param name="Cause">Why.</param>
internal sealed record TraceView(
    DateTimeOffset Time, string Word, string? ClientId, string? Address, string? Topic, string? PublisherId, int? Qos,
    int? PacketId, int? Bytes, long? Count, bool? Dup, string? Cause)
{
    private static readonly string[] Words = [.. Enum.GetNames<TraceWord>().Select(SnakeCase.Of)];

    public static TraceView Of(TraceEvent happened) => new(
        happened.Time, Words[(int)happened.Word], happened.ClientId, happened.Address, happened.Topic, happened.PublisherId,
        happened.Qos, happened.PacketId, happened.Bytes, happened.Count, happened.Dup, happened.Cause);

    /// <summary>An event about the trace itself.</summary>
    public static TraceView OfTrace(DateTimeOffset time, string word, long? count = null) =>
        new(time, word, null, null, null, null, null, null, null, count, null, null);
}

/// <summary>
/// <c>GET /api/trace?client=&amp;topic=&amp;address=</c>: what becomes of messages and clients, for as long as somebody reads, as
/// server-sent events.
/// </summary>
internal sealed class TraceResource(BrokerEngine engine, CancellationToken stopping)
{
    private const int RateDefault = 500;
    private const int RateMax = 10_000;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/trace", StreamAsync);

    private async Task StreamAsync(HttpContext context)
    {
        IQueryCollection query = context.Request.Query;
        (string? topic, string? address, string? rateText) =
            (Given(query["topic"]), Given(query["address"]), Given(query["rate"]));
        int rate = RateDefault;
        if (address is not null && !TraceFilter.IsAddress(address))
        {
            await context.FailAsync(
                StatusCodes.Status400BadRequest,
                $"address is an IP address, alone or with a port, a network such as 10.0.0.0/8, or a path, not '{address}'.",
                "address");
            return;
        }
        if (topic is not null && !TopicFilter.IsValid(topic))
        {
            await context.FailAsync(StatusCodes.Status400BadRequest, $"'{topic}' is not a topic filter.", "topic");
            return;
        }
        if (rateText is not null && (!int.TryParse(rateText, NumberStyles.None, CultureInfo.InvariantCulture, out rate)
            || rate is < 1 or > RateMax))
        {
            await context.FailAsync(
                StatusCodes.Status400BadRequest, $"rate is a number of events a second, 1 to {RateMax}, not '{rateText}'.",
                "rate");
            return;
        }
        TraceViewer viewer = new(new TraceFilter(Given(query["client"]), topic, address), rate, engine.Time);
        if (!engine.Metrics.Traces.TryAdd(viewer, engine.Time))
        {
            await context.FailAsync(
                StatusCodes.Status503ServiceUnavailable,
                $"{Traces.CountMax} traces are being read, which is as many as there may be.");
            return;
        }
        try
        {
            await StreamAsync(context, viewer);
        }
        catch (OperationCanceledException)
            when (stopping.IsCancellationRequested || context.RequestAborted.IsCancellationRequested)
        {
            return; // Whoever read is gone, or the broker ends.
        }
        finally
        {
            engine.Metrics.Traces.Remove(viewer);
        }
    }

    private async Task StreamAsync(HttpContext context, TraceViewer viewer)
    {
        using EventStream events = new(context, stopping);
        await events.BeginAsync();
        await WriteAsync(events, TraceView.OfTrace(engine.Time.GetUtcNow(), "begin"));
        do
        {
            while (viewer.TryRead(out TraceEvent? happened)) await WriteAsync(events, TraceView.Of(happened));
            if (viewer.TakeLeftOut() is > 0 and var count)
                await WriteAsync(events, TraceView.OfTrace(engine.Time.GetUtcNow(), "left_out", count));
            await events.FlushAsync();
        }
        while (await events.WaitAsync(viewer.WaitToReadAsync(events.End), engine.Time));
    }

    private static ValueTask WriteAsync(EventStream events, TraceView view) =>
        events.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(view, AdminJson.Default.TraceView));

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
