using Broker.Diagnostics;
using Broker.Messages;
using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.Security;

namespace Broker.Sessions;

/// <summary>What an acknowledgement from the subscriber meant.</summary>
internal enum AcknowledgeOutcome
{
    /// <summary>It moved a delivery on.</summary>
    Done,
    /// <summary>No delivery has this packet id: not an error, an earlier connection may have completed it.</summary>
    Unknown,
    /// <summary>It is not the acknowledgement of this delivery's QoS or state.</summary>
    WrongFlow,
}

internal sealed partial class Session
{
    /// <summary>So many retained messages that may not be read are passed over under one lock.</summary>
    private const int ReplayPassedOverMax = 512;

    private InflightWindow? _window;
    private Outbox? _outbox;
    private int _sendQuota;
    private long _lastSequence;

    /// <summary>Messages that wait or are in flight.</summary>
    public int QueuedCount
    {
        get { lock (_lock) return TotalCount; }
    }

    /// <summary>What it has to send, by where it is.</summary>
    public QueueDepths Depths
    {
        get { lock (_lock) return DepthsLocked; }
    }

    private QueueDepths DepthsLocked
    {
        get
        {
            int inFlight = (_window?.Incomplete ?? 0) + (_backlog?.SentCount ?? 0);
            return new QueueDepths(
                _connection is not null, TotalCount - inFlight, WaitingBytes, inFlight, _window?.OutstandingBytes ?? 0);
        }
    }

    /// <summary>Queues a message for this session. Never blocks, never throws.</summary>
    /// <param name="message">What.</param>
    /// <param name="subscription">Of this session.</param>
    /// <param name="access">What allowed its client to read the topic; null: there is no access list.</param>
    /// <param name="mayMakeRoom">Whether <c>drop_policy</c> is asked when the queue is full.</param>
    public OfferResult Offer(
        Message message, Subscription subscription, ClientAccess? access = null, bool mayMakeRoom = true)
    {
        QualityOfService qos = EffectiveQos(message.Qos, subscription.Qos);
        bool retain = message.Retain && subscription.RetainAsPublished;
        lock (_lock)
        {
            // Its rights have changed since the receivers were looked up.
            if (_access != access && !MayRead(message))
            {
                Note(DropReason.NotReadable);
                TellNotTaken(message, qos, DropReason.NotReadable);
                return new OfferResult(DropReason.NotReadable);
            }
            bool beginsDropping = false;
            if (DropReasonFor(message, qos) is not DropReason.None and var reason)
            {
                if (mayMakeRoom)
                {
                    beginsDropping = BeginsDropping(reason);
                    reason = MakeRoom(message, qos, reason);
                }
                // Of a shared subscription another member may take it.
                if (reason != DropReason.None && subscription.ShareName is null) NoteNotTaken(message, qos, reason);
                if (reason != DropReason.None) return new OfferResult(reason) { BeginsDropping = beginsDropping };
            }
            else if (_isDropping)
            {
                _isDropping = IsHalfFull;
            }
            long ticket = Enqueue(message, subscription, qos, retain);
            bool isLong = BacklogCount == 0 && _connection is not null && _outbox is { } outbox
                && (outbox.Count >= _context.Limits.DrainAt || outbox.Bytes >= _context.Limits.DrainAtBytes);
            if (_context.QueueTotals is not null) isLong |= SettleOffer();
            return new OfferResult(DropReason.None, _connection, isLong, ticket)
            {
                IsQos0 = qos == QualityOfService.AtMostOnce,
                BeginsDropping = beginsDropping,
            };
        }
    }

    /// <summary>Whether the session could take a message now with a connection at hand, for shared subscriptions.</summary>
    public bool IsReady
    {
        get { lock (_lock) return _connection is not null && WaitingCount < _context.Limits.QueuedMessagesMax; }
    }

    /// <summary>Takes what may be written now. Called by the connection that holds its draining flag.</summary>
    public void Take(ISessionConnection owner, OutgoingBatch batch)
    {
        long durable = owner.WaitsForCommit ? _context.Store.DurableTicket : long.MaxValue;
        lock (_lock)
        {
            if (_connection != owner) return;
            if (_acks is not null) TakeAcks(_acks, batch, durable);
            if (_window is not null) TakeResends(_window, batch);
            do
            {
                if (_replays is not null) FetchReplays(batch);
                if (_outbox is null) continue;
                TakeReliable(_outbox, batch, durable);
                TakeQos0(_outbox, batch);
            }
            // What is taken makes room for more of a replay; nothing else would ask for it.
            while (_replays is not null && !batch.IsFull && !batch.HasMore && HasRoomForReplay());
            if (_backlog is not null) RequestPage(_backlog);
            SettleShare();
        }
    }

    /// <summary>PUBACK came.</summary>
    public AcknowledgeOutcome OnPubAck(ISessionConnection owner, ushort packetId) => OnPubAcks(owner, [packetId]);

    /// <summary>Several PUBACKs came. Stops at the first that is none of QoS 1's.</summary>
    /// <returns>What came of the last that was looked at.</returns>
    public AcknowledgeOutcome OnPubAcks(ISessionConnection owner, ReadOnlySpan<ushort> packetIds)
    {
        lock (_lock)
        {
            if (_connection != owner) return AcknowledgeOutcome.Unknown;
            int completed = 0;
            AcknowledgeOutcome outcome = AcknowledgeOutcome.Done;
            for (int i = 0; i < packetIds.Length && outcome != AcknowledgeOutcome.WrongFlow; i++)
            {
                outcome = CompleteQos1(packetIds[i]);
                if (outcome == AcknowledgeOutcome.Done) completed++;
            }
            _context.Metrics.Traffic.OfThread.Complete(QualityOfService.AtLeastOnce, completed);
            return outcome;
        }
    }

    /// <summary>PUBREC came: PUBREL is owed, unless it refused the message [MQTT-4.3.3-4].</summary>
    public AcknowledgeOutcome OnPubRec(ISessionConnection owner, ushort packetId, ReasonCode reason)
    {
        lock (_lock)
        {
            if (_connection != owner) return AcknowledgeOutcome.Unknown;
            if (!TryFind(packetId, out SentDelivery sent))
            {
                Owe(new Ack(PacketType.PubRel, packetId, ReasonCode.PacketIdentifierNotFound, Ticket: 0));
                return AcknowledgeOutcome.Unknown;
            }
            if (sent.Qos != QualityOfService.ExactlyOnce) return AcknowledgeOutcome.WrongFlow;
            if (reason >= ReasonCode.UnspecifiedError)
            {
                CompleteQos2(sent.Sequence, reason);
                return AcknowledgeOutcome.Done;
            }
            long ticket = 0;
            if (sent.State == DeliveryState.Sent)
            {
                _window!.Release(sent.Sequence);
                if (IsQueueStored) ticket = Store(new DeliveryReleased(ClientId, sent.Sequence));
            }
            Owe(new Ack(PacketType.PubRel, packetId, ReasonCode.Success, ticket));
            return AcknowledgeOutcome.Done;
        }
    }

    /// <summary>PUBCOMP came.</summary>
    public AcknowledgeOutcome OnPubComp(ISessionConnection owner, ushort packetId)
    {
        lock (_lock)
        {
            if (_connection != owner || !TryFind(packetId, out SentDelivery sent))
                return AcknowledgeOutcome.Unknown;
            if (sent.Qos != QualityOfService.ExactlyOnce) return AcknowledgeOutcome.WrongFlow;
            if (sent.State != DeliveryState.Released) return AcknowledgeOutcome.WrongFlow;
            CompleteQos2(sent.Sequence, ReasonCode.Success);
            return AcknowledgeOutcome.Done;
        }
    }

    /// <summary>A taken delivery is larger than the client's Maximum Packet Size: it counts as done [MQTT-3.1.2-25].</summary>
    /// <param name="owner">Who took it; nothing is done when another connection serves the session by now.</param>
    /// <param name="sequence">The delivery.</param>
    /// <returns>Whether it is done now, and was not before.</returns>
    public bool Abandon(ISessionConnection owner, long sequence)
    {
        lock (_lock)
        {
            // Taken over since: the next connection gets it again and decides for itself.
            // Completed since, by a client that acknowledged what it could not have: nothing is left to do.
            bool isOpen = TryFind(PacketIds.Of(sequence), out SentDelivery sent) && sent.Sequence == sequence;
            if (_connection != owner || !isOpen) return false;
            Complete(sequence);
            return true;
        }
    }

    private AcknowledgeOutcome CompleteQos1(ushort packetId)
    {
        if (!TryFind(packetId, out SentDelivery sent)) return AcknowledgeOutcome.Unknown;
        if (sent.Qos != QualityOfService.AtLeastOnce) return AcknowledgeOutcome.WrongFlow;
        if (_context.Metrics.Traces.Now is { } audience) TellAcked(audience, sent.Sequence, ReasonCode.Success);
        Complete(sent.Sequence);
        return AcknowledgeOutcome.Done;
    }

    private void CompleteQos2(long sequence, ReasonCode reason)
    {
        if (_context.Metrics.Traces.Now is { } audience) TellAcked(audience, sequence, reason);
        Complete(sequence);
        _context.Metrics.Traffic.OfThread.Complete(QualityOfService.ExactlyOnce, 1);
    }

    private QualityOfService EffectiveQos(QualityOfService published, QualityOfService granted) =>
        _context.Limits.UpgradeOutgoingQos || granted < published ? granted : published;

    private long Enqueue(Message message, Subscription subscription, QualityOfService qos, bool retain)
    {
        if (_context.Metrics.Traces.Now is { } audience) TellQueued(audience, message, qos);
        if (qos == QualityOfService.AtMostOnce && !IsQos0Stored)
        {
            (_outbox ??= new Outbox()).Enqueue(
                new OutboxEntry(message, subscription.Ids, qos, retain) { QueuedAt = _context.Stamp });
            return 0;
        }
        bool isShared = subscription.ShareName is not null;
        long sequence = ++_lastSequence;
        long ticket = IsQueueStored
            ? Store(new DeliveryQueued(ClientId, sequence, message.ToStored(), (byte)qos, retain, subscription.Ids)
            {
                IsShared = isShared,
            })
            : 0;
        // QoS 1 may go out in parallel with its commit: at least once. QoS 2 may not, its packet id must be known after a crash.
        long gate = qos == QualityOfService.ExactlyOnce ? HasOwnSequences ? ReservedTicket() : ticket : 0;
        Keep(new OutboxEntry(message, subscription.Ids, qos, retain, sequence, gate)
        {
            IsShared = isShared,
            QueuedAt = _context.Stamp,
        });
        return ticket;
    }

    private static void TakeAcks(AckQueue acks, OutgoingBatch batch, long durable)
    {
        while (!batch.IsFull && acks.TryPeek(out Ack ack))
        {
            if (ack.Ticket > durable)
            {
                batch.HoldBack(ack.Ticket);
                return;
            }
            acks.Dequeue();
            batch.Add(in ack);
        }
    }

    private void TakeResends(InflightWindow window, OutgoingBatch batch)
    {
        while (!batch.IsFull && (HasRoom() || window.IsNextResendReleased())
            && window.TryTakeResend(out OutboxEntry entry, out DeliveryState state))
        {
            if (state == DeliveryState.Released) batch.AddPubRel(entry.Sequence);
            else if (IsForbidden(in entry)) Complete(entry.Sequence);
            else batch.Add(in entry, dup: true);
        }
    }

    private void TakeReliable(Outbox outbox, OutgoingBatch batch, long durable)
    {
        while (!batch.IsFull && outbox.ReliableCount > 0 && _window is not { HasResend: true })
        {
            ref readonly OutboxEntry entry = ref outbox.Reliable;
            if (!entry.IsReleased && !HasRoom()) return;
            if (entry.Ticket > durable)
            {
                batch.HoldBack(entry.Ticket);
                return;
            }
            if (_window?.CanAdd(entry.Sequence) == false) return;
            TakeReliable(in entry, batch);
            outbox.DequeueReliable();
        }
    }

    private void TakeReliable(in OutboxEntry entry, OutgoingBatch batch)
    {
        // What may have been sent on an earlier connection goes on to its end; the packet id is the client's to free.
        bool wasSent = entry.Sequence <= _sentSequence;
        if (!entry.IsReleased && IsForbidden(in entry))
        {
            if (!wasSent) _sentSequence = entry.Sequence;
            if (IsQueueStored) Store(new DeliveryRemoved(ClientId, entry.Sequence));
            return;
        }
        if (!wasSent)
        {
            // Up to it everything was sent, or is gone.
            _sentSequence = entry.Sequence;
            if (IsExpired(in entry))
            {
                if (IsQueueStored) Store(new DeliveryRemoved(ClientId, entry.Sequence));
                return;
            }
        }
        if (entry.Qos == QualityOfService.AtMostOnce)
        {
            Store(new DeliveryRemoved(ClientId, entry.Sequence));
            batch.Add(entry with { Sequence = 0 }, dup: false);
            return;
        }
        (_window ??= new InflightWindow()).Add(in entry);
        if (entry.IsReleased) batch.AddPubRel(entry.Sequence);
        else batch.Add(in entry, dup: wasSent);
    }

    private void TakeQos0(Outbox outbox, OutgoingBatch batch)
    {
        while (!batch.IsFull && outbox.HasQos0)
        {
            ref readonly OutboxEntry entry = ref outbox.Qos0;
            if (!IsForbiddenQos0(in entry) && !IsExpired(in entry)) batch.Add(in entry, dup: false);
            outbox.DequeueQos0();
        }
    }

    private void FetchReplays(OutgoingBatch batch)
    {
        long now = _context.NowUnixMilliseconds;
        int passedOver = 0;
        while (HasRoomForReplay() && _replays!.TryPeek(out IRetainedReplay? replay))
        {
            if (!replay.TryNext(now, out Message? message))
            {
                _replays.Dequeue();
            }
            else if (message is null)
            {
                batch.HasMore = true;
                break;
            }
            else if (MayRead(message) && _context.RetainedSources?.MayWrite(message) != false)
            {
                _context.Metrics.Traffic.OfThread.Replay();
                Enqueue(message, replay.Subscription, EffectiveQos(message.Qos, replay.Subscription.Qos), retain: true);
            }
            else if (++passedOver == ReplayPassedOverMax)
            {
                batch.HasMore = true;
                break;
            }
        }
        if (_replays!.Count == 0) _replays = null;
    }

    // A replay waits outside of the queue, so that it takes no place that live messages are counted against.
    // Nor does it go before what is still to be read from the store.
    private bool HasRoomForReplay() =>
        BacklogCount == 0 && (_outbox is not { Count: > 0 } outbox
            || (outbox.Count < _context.Limits.ReplayLot && outbox.Bytes < _context.Limits.DrainAtBytes));

    private bool HasRoom() =>
        _window is not { Outstanding: > 0 } window
        || (window.Outstanding < _sendQuota && window.OutstandingBytes < _context.Limits.InflightBytesMax);

    private bool TryFind(ushort packetId, out SentDelivery sent)
    {
        if (_window is not null) return _window.TryFind(packetId, out sent);
        sent = default;
        return false;
    }

    private bool IsExpired(in OutboxEntry entry)
    {
        Message message = entry.Message;
        if (message.ExpiresAt == Message.NeverExpires || !message.IsExpired(_context.NowUnixMilliseconds)) return false;
        Drop(DropReason.Expired);
        TellUnsent(TraceWord.Expired, in entry, DropReason.Expired);
        return true;
    }

    private void Complete(long sequence)
    {
        _window!.Complete(sequence);
        if (IsQueueStored) Store(new DeliveryRemoved(ClientId, sequence));
    }
}
