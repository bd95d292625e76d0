using Broker.Connections;
using Broker.Diagnostics;
using Broker.Messages;
using Broker.Persistence.Changes;
using Broker.Persistence.Loading;
using Broker.Persistence.Paging;
using Broker.Protocol;
using Broker.Sessions;

namespace Broker.Admin;

/// <summary>Puts together what there is to know of a session; what waits in the store only is read from there.</summary>
internal sealed class SessionDetailReading(BrokerEngine engine)
{
    private const int SubscriptionsMax = 1000;

    /// <summary>How long the store may take; the rest is answered without it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Answers with it: the query's <c>limit</c> and <c>after</c> are for the queue.</summary>
    public async Task SendAsync(HttpContext context, Session session)
    {
        if (PageRequest.Read(context.Request.Query, out ApiProblem? problem) is not { } page)
        {
            await context.FailAsync(problem!);
            return;
        }
        if (QueuePlace.Parse(page.After) is not { } place)
        {
            await context.FailAsync(
                StatusCodes.Status400BadRequest, $"after is the 'next' of a queue, not '{page.After}'.", "after");
            return;
        }
        MqttConnection? connection = session.Connection as MqttConnection;
        uint stamp = (uint)engine.CoarseMilliseconds;
        SessionDetail detail = new(
            SessionView.Of(session),
            connection is null ? null : ClientView.Of(connection),
            connection is null ? null : ConnectionView.Of(connection),
            session.Will?.Message.Topic.Name,
            WillView.Of(session.Will),
            [
                .. session.Subscriptions.OrderBy(static one => one.Key, StringComparer.Ordinal).Take(SubscriptionsMax)
                    .Select(SubscriptionView.Of),
            ],
            [.. session.ShowInFlight(page.Limit).Select(one => DeliveryView.Of(one, stamp))],
            await ReadQueueAsync(session, place, page.Limit, stamp),
            session.Drops.ToDictionary(static drop => SnakeCase.Of(drop.Reason.ToString()), static drop => drop.Count));
        await context.SendAsync(detail, AdminJson.Default.SessionDetail);
    }

    private async Task<QueueView> ReadQueueAsync(Session session, QueuePlace place, int limit, uint stamp)
    {
        List<ShownDelivery> shown = [];
        string? unavailable = null;
        if (place.Qos0 is null)
        {
            // One more than is wanted, to know whether there is more.
            PageWait wait = new();
            DeliveryPageRequest? request = session.ShowReliable(place.Sequence, shown, limit + 1, wait);
            long? goesOnAfter = null;
            if (request is not null && shown.Count <= limit)
            {
                engine.Store.RequestPage(request);
                DeliveryPage? page = await wait.ForAsync(Patience, engine.Time);
                if (page is null) unavailable = $"The store has not answered within {Patience.TotalSeconds:0} seconds.";
                else shown.AddRange(page.Deliveries.Select(stored => Show(session, stored)));
                if (page is not null && page.ThroughSequence < request.ThroughSequence) goesOnAfter = page.ThroughSequence;
            }
            if (shown.Count > limit)
            {
                shown.RemoveRange(limit, shown.Count - limit);
                goesOnAfter = shown[^1].Entry.Sequence;
            }
            if (goesOnAfter is { } after) return View(shown, stamp, new QueuePlace(after, null), unavailable);
            place = new QueuePlace(0, 0);
        }
        int before = shown.Count;
        bool isAll = session.ShowQos0(place.Qos0!.Value, shown, limit);
        QueuePlace? next = isAll ? null : new QueuePlace(0, place.Qos0 + shown.Count - before);
        return View(shown, stamp, next, unavailable);
    }

    private static QueueView View(List<ShownDelivery> shown, uint stamp, QueuePlace? next, string? unavailable) =>
        new([.. shown.Select(one => DeliveryView.Of(one, stamp))], next?.ToString(), unavailable);

    private static ShownDelivery Show(Session session, StoredDelivery stored)
    {
        DeliveryQueued queued = stored.Queued;
        Message message = Message.FromStored(queued.Message);
        OutboxEntry entry = new(message, [], (QualityOfService)queued.Qos, queued.Retain, queued.Sequence)
        {
            IsReleased = stored.IsReleased,
        };
        bool wasSent = !stored.IsReleased && session.WasSent(queued.Sequence);
        return new ShownDelivery(entry, message.PayloadLength, wasSent ? DeliveryState.Sent : DeliveryState.Done);
    }

    private sealed class PageWait : IDeliveryPageReceiver
    {
        private readonly TaskCompletionSource<DeliveryPage> _page = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _isGone;

        public bool IsGone => _isGone;

        public void OnPage(DeliveryPageRequest request, DeliveryPage page) => _page.TrySetResult(page);

        public async Task<DeliveryPage?> ForAsync(TimeSpan patience, TimeProvider time)
        {
            try
            {
                return await _page.Task.WaitAsync(patience, time);
            }
            catch (TimeoutException)
            {
                _isGone = true;
                return null;
            }
        }
    }
}
