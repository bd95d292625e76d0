using Broker.Connections;
using Broker.Diagnostics;
using Broker.Sessions;

namespace Broker.Admin;

/// <summary>A connected client that something waits for.</summary>
/// <param name="ClientId">Which.</param>
/// <param name="UserName">As whom; null: anonymous.</param>
/// <param name="Address">Where from.</param>
/// <param name="WaitSeconds">The longest of the three that follow; 0: not known to be longer.</param>
/// <param name="QueuedSeconds">For how long the oldest message has waited to be sent; null: none does, or not known.</param>
/// <param name="UnacknowledgedSeconds">For how long the oldest that was sent has been there; null: none is, or not known.</param>
/// <param name="BlockedSeconds">For how long its socket has taken nothing; null: it takes what is sent.</param>
/// <param name="Waiting">Messages that wait to be sent.</param>
/// <param name="WaitingBytes">Their payload bytes.</param>
/// <param name="InFlight">Messages that were sent and are not acknowledged to the end.</param>
/// <param name="InFlightBytes">Their payload bytes.</param>
internal sealed record SlowView(
    string ClientId, string? UserName, string Address, long WaitSeconds, long? QueuedSeconds, long? UnacknowledgedSeconds,
    long? BlockedSeconds, int Waiting, long WaitingBytes, int InFlight, long InFlightBytes);

/// <summary>Clients that something waits for.</summary>
/// <param name="Items">Those that wait longest first.</param>
/// <param name="Count">How many there are, shown or not.</param>
internal sealed record SlowListView(IReadOnlyList<SlowView> Items, int Count);

/// <summary>
/// <c>GET /api/slow</c>: connected clients that do not keep up. Of sessions that are away there is no saying so; they are in
/// <c>/api/sessions</c>.
/// </summary>
internal sealed class SlowResource
{
    /// <summary>So many are read for all who ask together.</summary>
    private const int CountMax = 1000;

    private readonly BrokerEngine _engine;
    private readonly SharedReading<SlowListView> _reading;

    public SlowResource(BrokerEngine engine)
    {
        _engine = engine;
        _reading = new SharedReading<SlowListView>(Read, engine.Time);
    }

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/slow", context =>
    {
        if (PageRequest.Read(context.Request.Query, out ApiProblem? problem) is not { } page) return context.FailAsync(problem!);
        SlowListView all = _reading.Value;
        return context.SendAsync(all with { Items = [.. all.Items.Take(page.Limit)] }, AdminJson.Default.SlowListView);
    });

    private SlowListView Read()
    {
        uint stamp = (uint)_engine.CoarseMilliseconds;
        // The shortest wait that is kept is on top, and goes when a longer one comes.
        PriorityQueue<SlowView, (long Wait, long Bytes)> kept = new();
        int count = 0;
        foreach (MqttConnection connection in _engine.Connections)
        {
            if (View(connection, stamp) is not { } view) continue;
            count++;
            kept.Enqueue(view, (view.WaitSeconds, view.WaitingBytes + view.InFlightBytes));
            if (kept.Count > CountMax) kept.Dequeue();
        }
        SlowView[] items = new SlowView[kept.Count];
        for (int i = items.Length - 1; i >= 0; i--) items[i] = kept.Dequeue();
        return new SlowListView(items, count);
    }

    // Null: nothing waits for it.
    private static SlowView? View(MqttConnection connection, uint stamp)
    {
        if (connection is not { Session: { } session, Parameters: { } parameters }) return null;
        SessionWaits waits = session.Waits;
        QueueDepths depths = waits.Depths;
        long? blocked = connection.BlockedMilliseconds / 1000;
        if (depths is { Waiting: 0, InFlight: 0 } && blocked is null) return null;
        long? queued = Seconds(waits.OldestQueuedAt, stamp);
        long? unacknowledged = Seconds(waits.OldestInFlightAt, stamp);
        return new SlowView(
            parameters.ClientId, parameters.UserName, connection.Origin.RemoteAddress,
            Math.Max(queued ?? 0, Math.Max(unacknowledged ?? 0, blocked ?? 0)), queued, unacknowledged, blocked,
            depths.Waiting, depths.WaitingBytes, depths.InFlight, depths.InFlightBytes);
    }

    private static long? Seconds(uint since, uint now) => since == 0 ? null : Math.Max(0, (int)(now - since)) / 1000;
}
