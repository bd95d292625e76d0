namespace Broker.Persistence.Transfer;

/// <summary>An import cannot go on.</summary>
/// <param name="message">For the operator: which line or which store, what is wrong with it, how to mend it.</param>
public sealed class TransferException(string message) : Exception(message);
