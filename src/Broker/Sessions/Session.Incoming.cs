using Broker.Persistence.Changes;
using Broker.Protocol;

namespace Broker.Sessions;

/// <summary>May this PUBLISH be taken?</summary>
internal enum ReceiveOutcome
{
    /// <summary>It is new: route it.</summary>
    New,
    /// <summary>QoS 2 and received before: answer it, do not route it [MQTT-4.3.3-10].</summary>
    Duplicate,
    /// <summary>The client sends more at a time than it was told it may [MQTT-3.3.4-7].</summary>
    ReceiveMaximumExceeded,
    /// <summary>Another connection serves the session by now: nobody to answer, the client sends it again there.</summary>
    NotServed,
}

internal sealed partial class Session
{
    // Made when the first packet needs them, like all that a client without traffic has no use for.
    private InboundReceipts? _receipts;
    private AckQueue? _acks;
    private long _receivedTicket;

    /// <summary>A PUBLISH with QoS 1 came in.</summary>
    /// <param name="owner">On which connection; on its read loop.</param>
    /// <param name="receiveMaximum">How many unanswered ones the client may have.</param>
    /// <param name="unsettled">How many answers to QoS 1 the read loop still has.</param>
    public ReceiveOutcome ReceiveQos1(ISessionConnection owner, int receiveMaximum, int unsettled)
    {
        // Without the lock: only the read loop makes either number larger.
        if (Volatile.Read(ref _connection) != owner) return ReceiveOutcome.NotServed;
        return Unanswered + unsettled >= receiveMaximum ? ReceiveOutcome.ReceiveMaximumExceeded : ReceiveOutcome.New;
    }

    /// <summary>A PUBLISH with QoS 2 came in.</summary>
    /// <param name="owner">On which connection; on its read loop.</param>
    /// <param name="packetId">Its packet id.</param>
    /// <param name="receiveMaximum">How many unanswered ones the client may have.</param>
    /// <param name="unsettled">How many answers to QoS 1 the read loop still has.</param>
    /// <param name="ticket">What must be durable before PUBREC.</param>
    public ReceiveOutcome ReceiveQos2(
        ISessionConnection owner, ushort packetId, int receiveMaximum, int unsettled, out long ticket)
    {
        lock (_lock)
        {
            ticket = 0;
            if (_connection != owner) return ReceiveOutcome.NotServed;
            if (_receipts?.Contains(packetId) == true)
            {
                ticket = _receivedTicket;
                return ReceiveOutcome.Duplicate;
            }
            if (Unanswered + unsettled >= receiveMaximum) return ReceiveOutcome.ReceiveMaximumExceeded;
            (_receipts ??= new InboundReceipts()).Add(packetId);
            if (IsStored)
                ticket = Store(new ReceiptPut(ClientId, packetId));
            return ReceiveOutcome.New;
        }
    }

    /// <summary>A QoS 2 PUBLISH was refused with a reason code from 0x80 up: its packet id is free again.</summary>
    /// <returns>What must be durable before PUBREC: else a new message with this id would be taken for a duplicate.</returns>
    public long ForgetReceipt(ushort packetId)
    {
        lock (_lock) return Forget(packetId);
    }

    /// <summary>PUBREL came: the packet id is free again, PUBCOMP is owed.</summary>
    /// <param name="owner">On which connection.</param>
    /// <param name="packetId">Its packet id.</param>
    /// <param name="pubComp">The answer.</param>
    /// <returns>False: another connection serves the session by now, nobody is to be answered.</returns>
    public bool TryRelease(ISessionConnection owner, ushort packetId, out Ack pubComp)
    {
        lock (_lock)
        {
            pubComp = default;
            if (_connection != owner) return false;
            bool wasKnown = _receipts?.Contains(packetId) == true;
            long ticket = Forget(packetId);
            ReasonCode reason = wasKnown ? ReasonCode.Success : ReasonCode.PacketIdentifierNotFound;
            pubComp = new Ack(PacketType.PubComp, packetId, reason, ticket);
            return true;
        }
    }

    /// <summary>Acknowledgements that the client has not been sent.</summary>
    public int OwedAcks
    {
        get { lock (_lock) return _acks?.Count ?? 0; }
    }

    /// <summary>Owes the client an acknowledgement, on the connection that the packet came by and on no other.</summary>
    public void AddAck(ISessionConnection owner, in Ack ack)
    {
        lock (_lock)
        {
            if (_connection == owner) Owe(in ack);
        }
    }

    /// <summary>The same for several, in their order.</summary>
    public void AddAcks(ISessionConnection owner, ReadOnlySpan<Ack> acks)
    {
        lock (_lock)
        {
            if (IsPersistent && !IsStored) NoteReceived(acks);
            if (_connection != owner) return;
            foreach (ref readonly Ack ack in acks) Owe(in ack);
        }
    }

    /// <summary>
    /// Whether an acknowledgement may be written past the queue. For the read loop of <paramref name="owner"/>, while it holds
    /// the connection: nobody else puts anything into the queue, and a takeover only empties it.
    /// </summary>
    public bool MayPassAcks(ISessionConnection owner) =>
        Volatile.Read(ref _connection) == owner && _acks is not { Count: > 0 };

    // Quotas start anew with each connection [MQTT-4.9.0-1]: what an earlier one left is not held against this one.
    private int Unanswered => (_receipts?.CountOfConnection ?? 0) + (_acks?.UnansweredPublishes ?? 0);

    // A QoS 2 PUBLISH that comes again, on another connection, is answered when what it came to the first time is committed.
    // Where the session is stored the CONNACK before it has waited for that.
    private void NoteReceived(ReadOnlySpan<Ack> acks)
    {
        foreach (ref readonly Ack ack in acks)
        {
            if (ack.Type == PacketType.PubRec) _receivedTicket = Math.Max(_receivedTicket, ack.Ticket);
        }
    }

    private void Owe(in Ack ack) => (_acks ??= new AckQueue()).Add(in ack);

    private long Forget(ushort packetId)
    {
        if (_receipts?.Remove(packetId) != true || !IsStored) return 0;
        return _context.Store.Append(new ReceiptRemoved(ClientId, packetId));
    }
}
