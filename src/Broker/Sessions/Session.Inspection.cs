using Broker.Diagnostics;
using Broker.Persistence.Paging;

namespace Broker.Sessions;

/// <summary>A delivery as an administrator sees it.</summary>
/// <param name="Entry">It. Its message is null when it was sent without being kept.</param>
/// <param name="PayloadBytes">Length of its payload.</param>
/// <param name="State">Done: it was not sent.</param>
internal readonly record struct ShownDelivery(OutboxEntry Entry, int PayloadBytes, DeliveryState State);

/// <summary>Since when a session has waited to get rid of something. Stamps of <see cref="SessionContext.Stamp"/>.</summary>
/// <param name="Depths">How much.</param>
/// <param name="OldestQueuedAt">Of what was not sent; 0: not known, or nothing.</param>
/// <param name="OldestInFlightAt">Of what is not acknowledged; 0: not known, or nothing.</param>
internal readonly record struct SessionWaits(QueueDepths Depths, uint OldestQueuedAt, uint OldestInFlightAt);

/// <summary>What an administrator asks a session.</summary>
internal sealed partial class Session
{
    private (DropReason Reason, long Count)[] _drops = [];

    /// <summary>The connection that serves it now, or null.</summary>
    public ISessionConnection? Connection => Volatile.Read(ref _connection);

    /// <summary>What its client did not get, and what was not let in of it, since the session or the broker began.</summary>
    public (DropReason Reason, long Count)[] Drops
    {
        get { lock (_lock) return [.. _drops]; }
    }

    /// <summary>QoS 1 and 2 messages that its client is sent before it acknowledges one.</summary>
    public int SendQuota => Volatile.Read(ref _sendQuota);

    /// <summary>Since when it waits.</summary>
    public SessionWaits Waits
    {
        get
        {
            lock (_lock) return new SessionWaits(DepthsLocked, _outbox?.OldestQueuedAt ?? 0, _window?.OldestQueuedAt ?? 0);
        }
    }

    /// <summary>Notes for <see cref="Drops"/> what the metrics count as well.</summary>
    public void NoteDrop(DropReason reason, long count = 1)
    {
        lock (_lock) Note(reason, count);
    }

    /// <summary>The first deliveries that were sent and are not complete, so many at most, without those of the store.</summary>
    public List<ShownDelivery> ShowInFlight(int countMax)
    {
        List<ShownDelivery> shown = [];
        lock (_lock) _window?.Show(shown, countMax);
        return shown;
    }

    /// <summary>What waits with QoS 1 and 2.</summary>
    /// <param name="after">Behind this sequence number.</param>
    /// <param name="shown">Takes what is in memory.</param>
    /// <param name="countMax">So many at most.</param>
    /// <param name="receiver">Who would take a page of what is in the store only.</param>
    /// <returns>Null: that is all there is, or as much as was asked for. Else what to ask the store for.</returns>
    public DeliveryPageRequest? ShowReliable(
        long after, List<ShownDelivery> shown, int countMax, IDeliveryPageReceiver receiver)
    {
        lock (_lock)
        {
            if (_outbox?.ShowReliable(after, shown, countMax) == false || _backlog is not { Count: > 0 } backlog) return null;
            return new DeliveryPageRequest(
                ClientId, Math.Max(after, backlog.ReadThrough), _lastSequence, Math.Max(1, countMax - shown.Count),
                PageBytesShown, _storeTicket, receiver);
        }
    }

    /// <summary>What waits with QoS 0.</summary>
    /// <param name="skip">How many are passed over.</param>
    /// <param name="shown">Takes them.</param>
    /// <param name="countMax">So many at most.</param>
    /// <returns>Whether those are all.</returns>
    public bool ShowQos0(int skip, List<ShownDelivery> shown, int countMax)
    {
        lock (_lock) return _outbox?.ShowQos0(skip, shown, countMax) ?? true;
    }

    /// <summary>Whether a delivery of the store was sent before its owner left.</summary>
    public bool WasSent(long sequence)
    {
        lock (_lock) return sequence <= _sentSequence;
    }

    private void Drop(DropReason reason, long count = 1)
    {
        _context.Metrics.MessageDropped(reason, count);
        Note(reason, count);
    }

    // There are few reasons for one session: an array that fits is the smallest for many of them.
    private void Note(DropReason reason, long count = 1)
    {
        if (count == 0) return;
        int index = Array.FindIndex(_drops, drop => drop.Reason == reason);
        if (index < 0)
        {
            index = _drops.Length;
            Array.Resize(ref _drops, index + 1);
        }
        _drops[index] = (reason, _drops[index].Count + count);
    }
}
