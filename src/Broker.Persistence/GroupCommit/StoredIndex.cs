namespace Broker.Persistence.GroupCommit;

/// <summary>What the writer has to know of the database before it begins.</summary>
/// <param name="Ticket">The ticket of the last commit; tickets go on from there.</param>
/// <param name="Sessions">The sessions that are stored.</param>
/// <param name="References">The messages that are stored.</param>
internal sealed record StoredIndex(long Ticket, SessionTable Sessions, MessageReferences References);
