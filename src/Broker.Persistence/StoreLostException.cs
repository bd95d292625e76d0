namespace Broker.Persistence;

/// <summary>
/// The store belongs to another broker by now: what this one would write would contradict it. There is no way back but to start
/// again.
/// </summary>
/// <param name="message">For the operator: which store, and who has it.</param>
public sealed class StoreLostException(string message) : Exception(message);
