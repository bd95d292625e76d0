using Broker.Messages;
using Broker.Protocol;

namespace Broker.Sessions;

/// <summary>A message on its way to one session.</summary>
/// <param name="Message">What.</param>
/// <param name="SubscriptionIds">Subscription Identifiers to send along; may be empty.</param>
/// <param name="Qos">Effective QoS.</param>
/// <param name="Retain">The RETAIN flag to send.</param>
/// <param name="Sequence">Position in the session's order, from 1; 0 for QoS 0 that is not in the store.</param>
/// <param name="Ticket">What must be durable before it may be sent; 0: nothing.</param>
internal readonly record struct OutboxEntry(
    Message Message, uint[] SubscriptionIds, QualityOfService Qos, bool Retain, long Sequence = 0, long Ticket = 0)
{
    /// <summary>QoS 2: PUBREC came on an earlier connection, PUBREL is owed instead of the message.</summary>
    public bool IsReleased { get; init; }

    /// <summary>It came by a shared subscription: when the session ends another member may get it instead.</summary>
    public bool IsShared { get; init; }

    /// <summary>Since when it waits, a <see cref="SessionContext.Stamp"/>; 0: not known, it came from the store.</summary>
    public uint QueuedAt { get; init; }
}

/// <summary>
/// What waits to be sent to a session: one lane for QoS 0, one for QoS 1 and 2 (and for QoS 0 that comes from the store), so that
/// a full window or a commit holds back only what has to wait (order is owed per topic and QoS, MQTT 5.0 section 4.6). Guarded by
/// the session's lock.
/// </summary>
internal sealed class Outbox
{
    private readonly RingQueue<OutboxEntry> _fireAndForget = new();
    private readonly RingQueue<OutboxEntry> _reliable = new();

    /// <summary>Messages that wait.</summary>
    public int Count => _fireAndForget.Count + _reliable.Count;

    /// <summary>Messages with QoS 1 or 2 that wait.</summary>
    public int ReliableCount => _reliable.Count;

    /// <summary>Messages with QoS 0 that wait.</summary>
    public int Qos0Count => _fireAndForget.Count;

    /// <summary>Whether messages with QoS 0 wait. Who may take them may ask without the session's lock.</summary>
    public bool HasQos0 => _fireAndForget.Count > 0;

    /// <summary>Payload bytes that wait.</summary>
    public long Bytes { get; private set; }

    public void Enqueue(in OutboxEntry entry)
    {
        (entry.Qos == QualityOfService.AtMostOnce && entry.Sequence == 0 ? _fireAndForget : _reliable).Enqueue(in entry);
        Bytes += entry.Message.PayloadLength;
    }

    /// <summary>The QoS 0 message that has waited longest, where there is one. Good until the next change.</summary>
    public ref readonly OutboxEntry Qos0 => ref _fireAndForget[0];

    /// <summary>The message with QoS 1 or 2 that has waited longest, where there is one. Good until the next change.</summary>
    public ref readonly OutboxEntry Reliable => ref _reliable[0];

    public void DequeueQos0() => Dequeue(_fireAndForget);

    public void DequeueReliable() => Dequeue(_reliable);

    /// <summary>Takes the message with QoS 1 or 2 that has waited longest of those that were not sent.</summary>
    /// <param name="sentSequence">Those up to it were, on an earlier connection.</param>
    /// <param name="entry">It.</param>
    public bool TryTakeUnsent(long sentSequence, out OutboxEntry entry)
    {
        int offset = 0;
        while (offset < _reliable.Count && _reliable[offset].Sequence <= sentSequence) offset++;
        if (offset == _reliable.Count)
        {
            entry = default;
            return false;
        }
        entry = _reliable[offset];
        Bytes -= entry.Message.PayloadLength;
        _reliable.RemoveAt(offset);
        return true;
    }

    /// <summary>Drops QoS 0 messages, which are not session state, when the connection is gone.</summary>
    /// <returns>How many.</returns>
    public int ClearQos0()
    {
        int count = _fireAndForget.Count;
        while (_fireAndForget.Count > 0) DequeueQos0();
        return count;
    }

    /// <summary>Adds those of shared subscriptions with QoS 1 and 2.</summary>
    public void CollectShared(List<OutboxEntry> entries)
    {
        for (int i = 0; i < _reliable.Count; i++)
        {
            if (_reliable[i].IsShared) entries.Add(_reliable[i]);
        }
    }

    /// <summary>Since when the one that has waited longest does, a <see cref="SessionContext.Stamp"/>; 0: not known.</summary>
    public uint OldestQueuedAt
    {
        get
        {
            uint qos0 = _fireAndForget.Count == 0 ? 0 : _fireAndForget[0].QueuedAt;
            uint reliable = _reliable.Count == 0 ? 0 : _reliable[0].QueuedAt;
            if (qos0 == 0 || reliable == 0) return qos0 + reliable;
            return (int)(qos0 - reliable) < 0 ? qos0 : reliable;
        }
    }

    /// <summary>Adds messages of the lane of QoS 1 and 2.</summary>
    /// <param name="after">Those behind this sequence number.</param>
    /// <param name="shown">Takes them.</param>
    /// <param name="countMax">So many at most.</param>
    /// <returns>Whether those are all.</returns>
    public bool ShowReliable(long after, List<ShownDelivery> shown, int countMax)
    {
        (int low, int high) = (0, _reliable.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_reliable[middle].Sequence <= after) low = middle + 1;
            else high = middle;
        }
        return Show(_reliable, low, shown, countMax);
    }

    /// <summary>Adds messages of the lane of QoS 0.</summary>
    /// <param name="skip">How many are passed over.</param>
    /// <param name="shown">Takes them.</param>
    /// <param name="countMax">So many at most.</param>
    /// <returns>Whether those are all.</returns>
    public bool ShowQos0(int skip, List<ShownDelivery> shown, int countMax) => Show(_fireAndForget, skip, shown, countMax);

    /// <summary>Lets go of the messages with QoS 1 and 2: they are in the store.</summary>
    /// <returns>Their payload bytes.</returns>
    public long ClearReliable()
    {
        long before = Bytes;
        while (_reliable.Count > 0) DequeueReliable();
        return before - Bytes;
    }

    private static bool Show(RingQueue<OutboxEntry> lane, int from, List<ShownDelivery> shown, int countMax)
    {
        int to = Math.Min(lane.Count, from + countMax - shown.Count);
        for (int i = from; i < to; i++) shown.Add(new ShownDelivery(lane[i], lane[i].Message.PayloadLength, DeliveryState.Done));
        return to == lane.Count || from >= lane.Count;
    }

    private void Dequeue(RingQueue<OutboxEntry> lane)
    {
        Bytes -= lane[0].Message.PayloadLength;
        lane.Dequeue();
    }
}
