using Broker.Persistence.Changes;

namespace Broker.Persistence.GroupCommit;

/// <summary>What one batch changes of a delivery.</summary>
internal struct DeliveryDelta
{
    /// <summary>The delivery is new; null: it is stored.</summary>
    public DeliveryQueued? Queued;

    /// <summary>Of <see cref="Queued"/>.</summary>
    public long Ticket;

    public bool IsReleased;

    public bool IsRemoved;
}

/// <summary>What one batch changes of a QoS 2 receipt.</summary>
internal struct ReceiptDelta
{
    /// <summary>Whether a row may exist from before: then taking it back is not nothing.</summary>
    public bool MayBeStored;

    public bool IsPresent;
}

/// <summary>What one batch changes of a session and what belongs to it; the last word on each key stands.</summary>
internal sealed class SessionDelta
{
    public bool IsRowChanged { get; set; }

    public bool IsWillChanged { get; set; }

    /// <summary>The new will; null with <see cref="IsWillChanged"/>: none any more.</summary>
    public WillPut? Will { get; set; }

    /// <summary>By filter; null: unsubscribed.</summary>
    public Dictionary<string, SubscriptionPut?>? Subscriptions { get; set; }

    public Dictionary<ushort, ReceiptDelta>? Receipts { get; set; }

    /// <summary>By sequence number.</summary>
    public Dictionary<long, DeliveryDelta>? Deliveries { get; set; }
}
