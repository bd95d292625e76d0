using Broker.Persistence.Changes;

namespace Broker.Persistence.Loading;

/// <summary>A delivery as it was committed.</summary>
/// <param name="Queued">What was queued.</param>
/// <param name="IsReleased">QoS 2: PUBREC had come, PUBREL is owed.</param>
public readonly record struct StoredDelivery(DeliveryQueued Queued, bool IsReleased);
