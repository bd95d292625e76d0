using Broker.Persistence.Changes;

namespace Broker.Persistence.GroupCommit;

/// <summary>A session's row as it is to be written.</summary>
/// <param name="Id">Key.</param>
/// <param name="ClientId">Client id.</param>
/// <param name="UserName">Who authenticated, or null.</param>
/// <param name="ExpirySeconds">Session Expiry Interval.</param>
/// <param name="AwayAt">When its owner went away; null: connected.</param>
/// <param name="ExpiresAt">When it ends; null: never, or connected.</param>
/// <param name="LastSequence">No delivery has had a higher sequence number.</param>
/// <param name="SentSequence">The highest sequence number that was sent; null: connected, so not known.</param>
internal readonly record struct SessionRecord(
    long Id, string ClientId, string? UserName, long ExpirySeconds, long? AwayAt, long? ExpiresAt, long LastSequence,
    long? SentSequence);

/// <summary>
/// The rows of one transaction: what is left of a batch after what cancels out. Does not change once it is made, so that it can
/// be tried again, apart from the counts that an attempt leaves behind.
/// </summary>
internal sealed class CommitPlan(long ticket)
{
    /// <summary>Everything up to this ticket is durable once it is committed.</summary>
    public long Ticket { get; } = ticket;

    /// <summary>
    /// Sessions that go with everything that is theirs. Removed first: a client id may come back in the same plan.
    /// </summary>
    public List<long> RemovedSessions { get; } = [];

    /// <summary>Sessions whose client id is free for another one. Before it is put.</summary>
    public List<(long Session, string ClientId)> RenamedSessions { get; } = [];

    public List<SessionRecord> Sessions { get; } = [];

    public List<(long Session, WillPut Will)> Wills { get; } = [];

    public List<long> RemovedWills { get; } = [];

    public List<(long Session, SubscriptionPut Subscription)> Subscriptions { get; } = [];

    public List<(long Session, string Filter)> RemovedSubscriptions { get; } = [];

    public List<(long Session, ushort PacketId)> Receipts { get; } = [];

    public List<(long Session, ushort PacketId)> RemovedReceipts { get; } = [];

    public List<StoredMessage> Retained { get; } = [];

    public List<string> RemovedRetained { get; } = [];

    public List<BanPut> Bans { get; } = [];

    public List<(string Kind, string Who)> RemovedBans { get; } = [];

    public List<(long Id, StoredMessage Message)> Messages { get; } = [];

    public List<(long Session, long Message, DeliveryQueued Delivery, bool IsReleased)> Deliveries { get; } = [];

    public List<(long Session, long Sequence)> ReleasedDeliveries { get; } = [];

    public List<(long Session, long Sequence)> RemovedDeliveries { get; } = [];

    /// <summary>The message rows that it refers to, new or not.</summary>
    public List<MessageReference> References { get; } = [];

    /// <summary>Deliveries a message row has after the commit, by its key, as the last attempt counted them.</summary>
    public Dictionary<long, int> CountsAfter { get; } = [];

    /// <summary>Bytes it keeps in memory, roughly.</summary>
    public long Bytes { get; set; }

    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty =>
        RemovedSessions.Count + RenamedSessions.Count + Sessions.Count + Wills.Count + RemovedWills.Count
        + Subscriptions.Count + RemovedSubscriptions.Count + Receipts.Count + RemovedReceipts.Count
        + Retained.Count + RemovedRetained.Count + Bans.Count + RemovedBans.Count + Deliveries.Count
        + ReleasedDeliveries.Count + RemovedDeliveries.Count == 0;

    /// <summary>Takes what is true of bans; null: of that one there is none any more.</summary>
    public void Add(Dictionary<(string Kind, string Who), BanPut?> bans)
    {
        foreach (((string Kind, string Who) key, BanPut? ban) in bans)
        {
            if (ban is null) RemovedBans.Add(key);
            else Bans.Add(ban);
        }
    }
}
