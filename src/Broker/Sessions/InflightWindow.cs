using System.Diagnostics;
using Broker.Protocol;

namespace Broker.Sessions;

/// <summary>Where an outgoing QoS 1 or 2 delivery stands.</summary>
internal enum DeliveryState : byte
{
    /// <summary>Complete, or a sequence number that was never sent.</summary>
    Done,
    /// <summary>PUBLISH sent; PUBACK (QoS 1) or PUBREC (QoS 2) is awaited.</summary>
    Sent,
    /// <summary>PUBREC came; PUBCOMP is awaited.</summary>
    Released,
}

/// <summary>A delivery that was sent on this connection and is not complete.</summary>
/// <param name="Sequence">Its sequence number.</param>
/// <param name="Qos">Effective QoS.</param>
/// <param name="State">Where it stands.</param>
internal readonly record struct SentDelivery(long Sequence, QualityOfService Qos, DeliveryState State);

/// <summary>
/// Outgoing QoS 1 and 2 deliveries that are not complete, in the order in which they were first sent [MQTT-4.6.0-1].
/// On a new connection they are sent again in that order [MQTT-4.4.0-1]. Guarded by the session's lock.
/// </summary>
internal sealed class InflightWindow
{
    /// <summary>
    /// What was dropped or expired unsent leaves a gap of sequence numbers, each a slot. A larger gap waits until all before it
    /// is complete, and costs nothing then.
    /// </summary>
    private const int GapMax = 1024;

    private readonly RingQueue<Slot> _slots = new();
    private long _firstSequence = 1;
    private int _resendOffset;

    /// <summary>Deliveries sent on this connection and not complete.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Their payload bytes.</summary>
    public long OutstandingBytes { get; private set; }

    /// <summary>Deliveries not complete, sent on this connection or not.</summary>
    public int Incomplete { get; private set; }

    /// <summary>Whether deliveries of an earlier connection are still to be sent again.</summary>
    public bool HasResend => _resendOffset < _slots.Count;

    /// <summary>
    /// Whether a delivery with this sequence number fits without two deliveries sharing a packet id, and without a large gap.
    /// </summary>
    public bool CanAdd(long sequence) =>
        _slots.Count == 0
        || (sequence - _firstSequence < PacketIds.Count - 1 && sequence - _firstSequence - _slots.Count <= GapMax);

    /// <summary>The first sequence number that is not complete; 0: there is none.</summary>
    public long FirstIncomplete => _slots.Count == 0 ? 0 : _firstSequence;

    /// <summary>Takes a delivery that is being sent for the first time on this connection.</summary>
    public void Add(in OutboxEntry entry)
    {
        Debug.Assert(entry.Qos != QualityOfService.AtMostOnce, "QoS 0 has no window");
        Add(entry.Sequence, new Slot
        {
            Entry = entry,
            Bytes = entry.Message.PayloadLength,
            State = entry.IsReleased ? DeliveryState.Released : DeliveryState.Sent,
        });
    }

    /// <summary>
    /// Takes a QoS 1 delivery that is being sent without being kept: its session ends with its connection, so that it is never
    /// sent again.
    /// </summary>
    /// <param name="sequence">Its sequence number.</param>
    /// <param name="payloadBytes">Bytes of its payload.</param>
    /// <param name="queuedAt">A <see cref="SessionContext.Stamp"/>.</param>
    public void AddPassed(long sequence, int payloadBytes, uint queuedAt)
    {
        var entry = new OutboxEntry(null!, [], QualityOfService.AtLeastOnce, Retain: false, sequence) { QueuedAt = queuedAt };
        Add(sequence, new Slot { Entry = entry, Bytes = payloadBytes, State = DeliveryState.Sent });
    }

    /// <summary>The next delivery of an earlier connection, or false. It counts as sent from now on.</summary>
    public bool TryTakeResend(out OutboxEntry entry, out DeliveryState state)
    {
        while (HasResend)
        {
            ref Slot slot = ref _slots[_resendOffset++];
            if (slot.State == DeliveryState.Done) continue;
            Debug.Assert(slot.Entry.Message is not null, "what was passed is not sent again");
            Count(in slot, +1);
            (entry, state) = (slot.Entry, slot.State);
            return true;
        }
        (entry, state) = (default, DeliveryState.Done);
        return false;
    }

    /// <summary>Adds those of shared subscriptions that may go to another client: QoS 1, for QoS 2 has begun.</summary>
    public void CollectShared(List<OutboxEntry> entries)
    {
        for (int i = 0; i < _slots.Count; i++)
        {
            ref readonly Slot slot = ref _slots[i];
            if (slot.State != DeliveryState.Done && slot.Entry is { IsShared: true, Qos: QualityOfService.AtLeastOnce })
                entries.Add(slot.Entry);
        }
    }

    /// <summary>Since when the first that is not complete waits, a <see cref="SessionContext.Stamp"/>; 0: not known.</summary>
    public uint OldestQueuedAt => _slots.Count == 0 ? 0 : _slots[0].Entry.QueuedAt;

    /// <summary>Adds those that are not complete, from the first on.</summary>
    /// <param name="shown">Takes them.</param>
    /// <param name="countMax">So many at most.</param>
    public void Show(List<ShownDelivery> shown, int countMax)
    {
        for (int i = 0; i < _slots.Count && shown.Count < countMax; i++)
        {
            ref readonly Slot slot = ref _slots[i];
            if (slot.State != DeliveryState.Done) shown.Add(new ShownDelivery(slot.Entry, slot.Bytes, slot.State));
        }
    }

    /// <summary>Whether the delivery that would be resent next is a PUBREL, which no window holds back.</summary>
    public bool IsNextResendReleased()
    {
        while (HasResend && _slots[_resendOffset].State == DeliveryState.Done) _resendOffset++;
        return HasResend && _slots[_resendOffset].State == DeliveryState.Released;
    }

    /// <summary>Finds an incomplete delivery that was sent on this connection.</summary>
    public bool TryFind(ushort packetId, out SentDelivery delivery)
    {
        int offset = PacketIds.OffsetFrom(_firstSequence, packetId);
        if (packetId == 0 || offset >= _resendOffset)
        {
            delivery = default;
            return false;
        }
        ref readonly Slot slot = ref _slots[offset];
        delivery = new SentDelivery(slot.Entry.Sequence, slot.Entry.Qos, slot.State);
        return slot.State != DeliveryState.Done;
    }

    /// <summary>A delivery that is not complete. Its message is null when it was passed.</summary>
    public OutboxEntry EntryOf(long sequence) => _slots[(int)(sequence - _firstSequence)].Entry;

    /// <summary>PUBREC came for this delivery.</summary>
    public void Release(long sequence) => _slots[(int)(sequence - _firstSequence)].State = DeliveryState.Released;

    /// <summary>The delivery is complete.</summary>
    public void Complete(long sequence)
    {
        int offset = (int)(sequence - _firstSequence);
        ref Slot slot = ref _slots[offset];
        Debug.Assert(slot.State != DeliveryState.Done && offset < _resendOffset, "completed once, after it was sent");
        Count(in slot, -1);
        Incomplete--;
        slot = default;
        while (_slots.Count > 0 && _slots[0].State == DeliveryState.Done)
        {
            _slots.Dequeue();
            _firstSequence++;
            // The gaps behind it may not have been passed by the resends yet.
            if (_resendOffset > 0) _resendOffset--;
        }
    }

    /// <summary>The connection is gone: everything incomplete is to be sent again on the next one.</summary>
    public void Rewind()
    {
        _resendOffset = 0;
        Outstanding = 0;
        OutstandingBytes = 0;
    }

    /// <summary>Lets go of everything: it is in the store, and comes from there on the next connection.</summary>
    public void Clear()
    {
        _slots.Clear();
        Incomplete = 0;
        Rewind();
    }

    private void Add(long sequence, in Slot slot)
    {
        Debug.Assert(!HasResend && CanAdd(sequence), "resend first, and within the packet ids");
        if (_slots.Count == 0) _firstSequence = sequence;
        while (_firstSequence + _slots.Count < sequence) _slots.Enqueue(default);
        _slots.Enqueue(in slot);
        _resendOffset = _slots.Count;
        Incomplete++;
        Count(in slot, +1);
    }

    private void Count(in Slot slot, int sign)
    {
        Outstanding += sign;
        OutstandingBytes += sign * (long)slot.Bytes;
    }

    private struct Slot
    {
        public OutboxEntry Entry;
        public int Bytes;
        public DeliveryState State;
    }
}
