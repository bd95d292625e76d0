namespace Broker.Persistence.Changes;

/// <summary>One durable fact. Instants are milliseconds since 1970 UTC; byte arrays are not changed any more.</summary>
public abstract record StateChange;
