namespace Broker.Diagnostics;

/// <summary>What became of a message or a client, in the words of the ledger.</summary>
internal enum TraceWord
{
    /// <summary>CONNECT was accepted.</summary>
    Connect,
    /// <summary>CONNECT was refused.</summary>
    ConnectRefused,
    /// <summary>A client that was accepted is gone.</summary>
    Disconnect,
    /// <summary>A filter is subscribed to, or (with a cause) may not be.</summary>
    Subscribe,
    /// <summary>A filter is not subscribed to any more.</summary>
    Unsubscribe,
    /// <summary>A publication was let in.</summary>
    Accepted,
    /// <summary>A publication was not let in.</summary>
    Refused,
    /// <summary>So many deliveries it is to become.</summary>
    Matched,
    /// <summary>A session has it.</summary>
    Queued,
    /// <summary>It was written to a client.</summary>
    Sent,
    /// <summary>A client has acknowledged it, with QoS 2 to the end.</summary>
    Acked,
    /// <summary>Its Message Expiry Interval passed while it waited.</summary>
    Expired,
    /// <summary>A delivery came to nothing.</summary>
    Dropped,
}

/// <summary>A thing that happened, for who follows a trace. Made only while somebody does.</summary>
/// <param name="Word">What.</param>
/// <param name="ClientId">Whom it happened to: the publisher up to Matched, then the receiver; null: no client.</param>
/// <param name="Topic">Of the message, or the filter of a subscription; null: it is about none.</param>
internal sealed record TraceEvent(TraceWord Word, string? ClientId, string? Topic)
{
    /// <summary>When. Set by the audience.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Where the client is connected from; null: not known, or it is away.</summary>
    public string? Address { get; init; }

    /// <summary>Who published it; null: the broker or an administrator, or not known.</summary>
    public string? PublisherId { get; init; }

    /// <summary>As published, or of the delivery, or as granted.</summary>
    public int? Qos { get; init; }

    /// <summary>On the connection of the client; null: there is none.</summary>
    public ushort? PacketId { get; init; }

    /// <summary>Bytes of the payload.</summary>
    public int? Bytes { get; init; }

    /// <summary>How many it is about, of Matched and Dropped; null: one.</summary>
    public long? Count { get; init; }

    /// <summary>Sent again.</summary>
    public bool? Dup { get; init; }

    /// <summary>Why, a word in snake case.</summary>
    public string? Cause { get; init; }
}
