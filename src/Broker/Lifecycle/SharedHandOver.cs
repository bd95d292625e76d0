using Broker.Diagnostics;
using Broker.Messages;
using Broker.Protocol;
using Broker.Protocol.Topics;
using Broker.Routing;
using Broker.Sessions;

namespace Broker.Lifecycle;

/// <summary>
/// Hands on what an ended session left to the other members of its shared groups (MQTT 5.0 section 4.8.2): QoS 1 whether it was
/// sent or not, QoS 2 only what was not [MQTT-4.8.2-5]. What is in the store is read from there page by page, as by a client that
/// came back; each message is taken from the one session and given to the other in one commit. While the members have no room it
/// waits.
/// </summary>
internal sealed class SharedHandOver : ISessionConnection
{
    private readonly MessageRouter _router;
    private readonly SessionContext _context;
    private readonly Session _legacy;
    private readonly Subscription[] _groups;
    private readonly Action<SharedHandOver> _ended;
    private readonly OutgoingBatch _batch = new();
    private int _next;
    private int _wanted;
    private bool _hasEnded;

    /// <param name="legacy">What the ended session left.</param>
    /// <param name="router">Knows the other members.</param>
    /// <param name="context">What sessions share.</param>
    /// <param name="ended">Is told when nothing is left.</param>
    public SharedHandOver(Session legacy, MessageRouter router, SessionContext context, Action<SharedHandOver> ended)
    {
        _ended = ended;
        _legacy = legacy;
        _router = router;
        _context = context;
        _groups = legacy.SharedSubscriptions;
        legacy.AttachHeir(this);
    }

    public bool WaitsForCommit => false;

    /// <summary>Messages that are still to go to somebody.</summary>
    public int QueuedCount => _legacy.QueuedCount;

    /// <summary>
    /// Which of some shared subscriptions a message came by: the one that matches, or of several the one with its Subscription
    /// Identifier. Null: none, or it cannot be told.
    /// </summary>
    /// <param name="entry">The message.</param>
    /// <param name="groups">The shared subscriptions of its session.</param>
    public static string? KeyOf(in OutboxEntry entry, Subscription[] groups)
    {
        string topic = entry.Message.Topic.Name;
        Subscription[] matching = [.. groups.Where(group => TopicFilter.Matches(group.Filter, topic))];
        if (matching.Length > 1)
        {
            uint[] ids = entry.SubscriptionIds;
            matching = [.. matching.Where(group => group.Ids.AsSpan().SequenceEqual(ids))];
        }
        return matching.Length == 1 ? matching[0].Key : null;
    }

    /// <summary>Goes on, on this thread, unless another one is at it. A page came, a second passed, or it begins.</summary>
    public void Drain()
    {
        if (Interlocked.Increment(ref _wanted) != 1) return;
        int seen = 1;
        try
        {
            while (seen != 0)
            {
                HandOn();
                seen = Interlocked.Add(ref _wanted, -seen);
            }
        }
        catch
        {
            // The next second tries again; else nobody would.
            Volatile.Write(ref _wanted, 0);
            throw;
        }
    }

    // No subscription leads here, no client is at the other end and nobody takes it over.
    public Task ReadingEndedAsync() => Task.CompletedTask;

    public bool TryTouch() => false;

    public bool TryHold(ConnectionHold hold) => false;

    public void Pass(in PublicationRun run, int count, in PassedDelivery delivery) =>
        throw new NotSupportedException("nothing passes to what an ended session left");

    public void LetGo(ConnectionHold hold)
    {
    }

    public void CloseTakenOver()
    {
    }

    private void HandOn()
    {
        if (_hasEnded) return;
        var touched = new TouchedConnections { MayDrainNow = false };
        while (HasNext() && TrySettle(in _batch.Items[_next], touched)) _next++;
        touched.Drain();
        if (_legacy.QueuedCount > 0) return;
        _legacy.End(out _);
        _hasEnded = true;
        _ended(this);
    }

    private bool HasNext()
    {
        if (_next < _batch.Items.Length) return true;
        _batch.Clear();
        _next = 0;
        _legacy.Take(this, _batch);
        return _batch.Items.Length > 0;
    }

    // False: it has to wait for room.
    private bool TrySettle(in OutgoingItem item, TouchedConnections touched)
    {
        if (!item.IsPublish)
        {
            // QoS 2 that the client had already: only its PUBCOMP was missing.
            _legacy.OnPubComp(this, item.Ack.PacketId);
            return true;
        }
        OutboxEntry entry = item.Entry;
        // QoS 0 has no sequence any more: it is out of the store, and may get lost.
        bool mayGoOn = entry.IsShared && entry.Sequence > 0 && (entry.Qos != QualityOfService.ExactlyOnce || !item.Dup);
        _context.Store.BeginGroup();
        try
        {
            HandOnOutcome outcome = mayGoOn && KeyOf(in entry, _groups) is { } key
                ? _router.TryHandOn(entry.Message, key, touched)
                : HandOnOutcome.NoMember;
            if (outcome == HandOnOutcome.NoRoom) return false;
            if (outcome == HandOnOutcome.NoMember)
            {
                _context.Metrics.MessageDropped(DropReason.SessionEnded);
                _legacy.TellNotHandedOn(in entry, DropReason.SessionEnded);
            }
            if (entry.Sequence > 0) _legacy.Abandon(this, entry.Sequence);
            return true;
        }
        finally
        {
            _context.Store.EndGroup();
        }
    }
}
