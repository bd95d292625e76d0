namespace Broker.Persistence;

/// <summary>Whether commits get through. While they do not, nothing is lost and the durable ticket stands still.</summary>
/// <param name="IsAvailable">Whether the last attempt was committed.</param>
/// <param name="Reason">What the database said; null while it is available.</param>
public sealed record StoreAvailability(bool IsAvailable, string? Reason)
{
    /// <summary>Commits get through.</summary>
    public static readonly StoreAvailability Available = new(true, null);
}
