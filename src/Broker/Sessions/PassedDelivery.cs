using Broker.Protocol;

namespace Broker.Sessions;

/// <summary>How messages that are written at once go to one session.</summary>
/// <param name="Qos">Effective QoS, 0 or 1.</param>
/// <param name="FirstSequence">QoS 1: the sequence number of the first; the others follow it.</param>
/// <param name="SubscriptionIds">Subscription Identifiers to send along; may be empty.</param>
internal readonly record struct PassedDelivery(QualityOfService Qos, long FirstSequence, uint[] SubscriptionIds);
