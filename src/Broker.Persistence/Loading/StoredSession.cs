namespace Broker.Persistence.Loading;

/// <summary>A persistent session as it was committed.</summary>
/// <param name="ClientId">Whose.</param>
/// <param name="UserName">Who authenticated last, or null.</param>
/// <param name="ExpiryIntervalSeconds">Session Expiry Interval; 0xFFFFFFFF: for ever.</param>
/// <param name="AwayAt">
/// When its owner went away, milliseconds since 1970 UTC; null: it was connected when the broker ended.
/// </param>
/// <param name="ExpiresAt">When it ends; long.MaxValue: never, or it was connected.</param>
/// <param name="LastSequence">The next delivery gets a higher sequence number: the packet ids up to it may be known.</param>
/// <param name="SentSequence">
/// The highest sequence number that may have been sent: what waits up to it is sent again with DUP. After a crash with its owner
/// connected that is every one.
/// </param>
/// <param name="QueuedCount">How many deliveries it has.</param>
/// <param name="QueuedSentCount">How many of them are known to have been sent.</param>
/// <param name="QueuedBytes">Their payload bytes.</param>
public sealed record StoredSession(
    string ClientId,
    string? UserName,
    uint ExpiryIntervalSeconds,
    long? AwayAt,
    long ExpiresAt,
    long LastSequence,
    long SentSequence,
    long QueuedCount,
    long QueuedSentCount,
    long QueuedBytes);
