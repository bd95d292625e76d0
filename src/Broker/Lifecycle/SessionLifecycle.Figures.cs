using Broker.Diagnostics;
using Broker.Sessions;

namespace Broker.Lifecycle;

// What the sessions hold, for metrics.
internal sealed partial class SessionLifecycle
{
    /// <summary>What waits is limited from now on: each session says what it has.</summary>
    public void SettleQueues()
    {
        foreach (Session session in _registry.Sessions) session.SettleQueue();
    }

    /// <summary>What the sessions hold, summed up over all of them, one after the other.</summary>
    public EngineFigures ReadFigures()
    {
        (int online, int away, long longest) = (0, 0, 0);
        (long waiting, long waitingBytes, long inFlight, long inFlightBytes) = (0, 0, 0, 0);
        // What ended sessions left is owed still, though it is in nobody's session.
        waiting += _handOvers.Keys.Sum(static handOver => (long)handOver.QueuedCount)
            + _restoredLegacies.Sum(static legacy => (long)legacy.QueuedCount);
        foreach (Session session in _registry.Sessions)
        {
            QueueDepths depths = session.Depths;
            if (depths.IsOnline) online++;
            else away++;
            waiting += depths.Waiting;
            waitingBytes += depths.WaitingBytes;
            inFlight += depths.InFlight;
            inFlightBytes += depths.InFlightBytes;
            longest = Math.Max(longest, depths.Waiting);
        }
        return new EngineFigures
        {
            SessionsOnline = online,
            SessionsAway = away,
            Waiting = waiting,
            WaitingBytes = waitingBytes,
            LongestQueue = longest,
            InFlight = inFlight,
            InFlightBytes = inFlightBytes,
            Subscriptions = _router.Subscriptions.Count - _router.Subscriptions.SharedCount,
            SharedSubscriptions = _router.Subscriptions.SharedCount,
        };
    }
}
