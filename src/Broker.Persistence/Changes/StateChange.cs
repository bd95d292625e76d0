namespace Broker.Persistence.Changes;

/// <summary>One durable fact. Strings are UTF-16, instants are milliseconds since 1970 UTC, byte arrays are not changed after.</summary>
public abstract record StateChange;
