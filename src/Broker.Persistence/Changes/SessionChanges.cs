namespace Broker.Persistence.Changes;

/// <summary>A persistent session exists and is connected, with its properties as of now.</summary>
/// <param name="ClientId">Whose.</param>
/// <param name="UserName">Who authenticated, or null.</param>
/// <param name="ExpiryIntervalSeconds">How long it outlives its connection; 0xFFFFFFFF: for ever.</param>
public sealed record SessionPut(string ClientId, string? UserName, uint ExpiryIntervalSeconds) : StateChange;

/// <summary>The owner of a persistent session went away.</summary>
/// <param name="ClientId">Whose.</param>
/// <param name="AwayAt">When, milliseconds since 1970 UTC: the will delay counts from it.</param>
/// <param name="ExpiresAt">When the session ends, milliseconds since 1970 UTC; long.MaxValue: never.</param>
/// <param name="SentSequence">
/// The highest sequence number that was sent: what waits up to it is sent again with DUP [MQTT-3.3.1-1].
/// </param>
public sealed record SessionAway(string ClientId, long AwayAt, long ExpiresAt, long SentSequence) : StateChange;

/// <summary>A session ended; everything that belongs to it goes with it.</summary>
/// <param name="ClientId">Whose.</param>
public sealed record SessionRemoved(string ClientId) : StateChange;

/// <summary>
/// A session ended, but what it was owed by shared subscriptions is to go to other members: it goes on under a name that no
/// client can have, with everything that belongs to it. The client id is free.
/// </summary>
/// <param name="ClientId">Whose it was.</param>
/// <param name="NewClientId">What it is called from now on; no session has that name.</param>
public sealed record SessionRenamed(string ClientId, string NewClientId) : StateChange;

/// <summary>The will of a connected client, stored at CONNECT.</summary>
/// <param name="ClientId">Whose.</param>
/// <param name="Message">The message; its expiry counts from its publication, so it has no instant yet.</param>
/// <param name="DelaySeconds">Will Delay Interval.</param>
/// <param name="ExpirySeconds">Message Expiry Interval from its publication on, or null.</param>
public sealed record WillPut(string ClientId, StoredMessage Message, uint DelaySeconds, uint? ExpirySeconds) : StateChange;

/// <summary>The will was published or taken back.</summary>
/// <param name="ClientId">Whose.</param>
public sealed record WillRemoved(string ClientId) : StateChange;
