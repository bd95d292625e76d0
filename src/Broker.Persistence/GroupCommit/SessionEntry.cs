namespace Broker.Persistence.GroupCommit;

/// <summary>What the writer knows of a persistent session without asking the database. Belongs to the writer's thread.</summary>
internal sealed class SessionEntry(long id, string clientId)
{
    public long Id { get; } = id;

    public string ClientId { get; set; } = clientId;

    public string? UserName { get; set; }

    public long ExpirySeconds { get; set; }

    public long? AwayAt { get; set; }

    public long? ExpiresAt { get; set; }

    /// <summary>The highest sequence number that a delivery has had.</summary>
    public long LastSequence { get; set; }

    /// <summary>The highest sequence number that was sent before the owner went away; null: connected.</summary>
    public long? SentSequence { get; set; }

    /// <summary>Whether there may be a row; without one there is none of its children either.</summary>
    public bool IsStored { get; set; }

    /// <summary>Whether a will is stored, so that a client without a will costs no statement.</summary>
    public bool HasStoredWill { get; set; }

    /// <summary>Whether it has ended and its deliveries go to other sessions.</summary>
    public bool IsRenamed { get; set; }

    /// <summary>Changes of the batch that is being collected; null: none.</summary>
    public SessionDelta? Delta { get; set; }

    public SessionRecord ToRecord() => new(Id, ClientId, UserName, ExpirySeconds, AwayAt, ExpiresAt, LastSequence, SentSequence);
}
