using Broker.Protocol;

namespace Broker.Sessions;

/// <summary>How a message that is written at once goes to one session.</summary>
/// <param name="Qos">Effective QoS, 0 or 1.</param>
/// <param name="Retain">The RETAIN flag to send.</param>
/// <param name="PacketId">0 with QoS 0.</param>
/// <param name="SubscriptionIds">Subscription Identifiers to send along; may be empty.</param>
internal readonly record struct PassedDelivery(QualityOfService Qos, bool Retain, ushort PacketId, uint[] SubscriptionIds);
