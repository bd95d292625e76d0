namespace Broker.Persistence.Inspection;

/// <summary>What a part of a store takes on the disk.</summary>
/// <param name="Part">Which part.</param>
/// <param name="Bytes">How much.</param>
public sealed record StoreSize(string Part, long Bytes);
