namespace Broker.Persistence.Changes;

/// <summary>
/// A persistent session with its sequence numbers: as it was in another store, or of one whose deliveries are not stored.
/// </summary>
/// <param name="ClientId">Whose.</param>
/// <param name="UserName">Who authenticated last, or null.</param>
/// <param name="ExpiryIntervalSeconds">How long it outlives its connection; 0xFFFFFFFF: for ever.</param>
/// <param name="LastSequence">The next delivery gets a higher sequence number.</param>
/// <param name="Away">When its owner went away; null: it was connected.</param>
public sealed record SessionRestored(
    string ClientId, string? UserName, uint ExpiryIntervalSeconds, long LastSequence, SessionAway? Away) : StateChange;
