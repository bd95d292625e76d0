namespace Broker.Persistence.Changes;

/// <summary>A persistent session has this subscription, new or replaced.</summary>
/// <param name="ClientId">Whose.</param>
/// <param name="Filter">The topic filter as subscribed, <c>$share/...</c> included.</param>
/// <param name="Options">The subscription options byte (MQTT 5.0 section 3.8.3.1).</param>
/// <param name="SubscriptionId">Subscription Identifier; 0: none.</param>
public sealed record SubscriptionPut(string ClientId, string Filter, byte Options, uint SubscriptionId) : StateChange;

/// <summary>A persistent session no longer has this subscription.</summary>
/// <param name="ClientId">Whose.</param>
/// <param name="Filter">The topic filter as subscribed.</param>
public sealed record SubscriptionRemoved(string ClientId, string Filter) : StateChange;
