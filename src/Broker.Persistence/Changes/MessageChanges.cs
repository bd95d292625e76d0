namespace Broker.Persistence.Changes;

/// <summary>A message waits for a persistent session.</summary>
/// <param name="ClientId">Whose.</param>
/// <param name="Sequence">Position in the session's order, from 1; the packet id follows from it.</param>
/// <param name="Message">What; the same object for each session that gets it.</param>
/// <param name="Qos">Effective QoS of this delivery.</param>
/// <param name="Retain">The RETAIN flag to send.</param>
/// <param name="SubscriptionIds">Subscription Identifiers to send; may be empty.</param>
public sealed record DeliveryQueued(
    string ClientId, long Sequence, StoredMessage Message, byte Qos, bool Retain, IReadOnlyList<uint> SubscriptionIds)
    : StateChange
{
    /// <summary>Whether it came by a shared subscription: when the session ends another member may get it instead.</summary>
    public bool IsShared { get; init; }
}

/// <summary>QoS 2: the subscriber answered PUBREC, PUBREL may go out.</summary>
/// <param name="ClientId">Whose.</param>
/// <param name="Sequence">Which delivery.</param>
public sealed record DeliveryReleased(string ClientId, long Sequence) : StateChange;

/// <summary>A delivery is complete, expired or dropped.</summary>
/// <param name="ClientId">Whose.</param>
/// <param name="Sequence">Which delivery.</param>
public sealed record DeliveryRemoved(string ClientId, long Sequence) : StateChange;

/// <summary>QoS 2 inbound: this packet id was received and must not be delivered again.</summary>
/// <param name="ClientId">The publisher.</param>
/// <param name="PacketId">Its packet id.</param>
public sealed record ReceiptPut(string ClientId, ushort PacketId) : StateChange;

/// <summary>QoS 2 inbound: PUBREL came, the packet id is free again.</summary>
/// <param name="ClientId">The publisher.</param>
/// <param name="PacketId">Its packet id.</param>
public sealed record ReceiptRemoved(string ClientId, ushort PacketId) : StateChange;

/// <summary>The retained message of a topic, new or replaced.</summary>
/// <param name="Message">The message; its topic is the key.</param>
public sealed record RetainedPut(StoredMessage Message) : StateChange;

/// <summary>A topic has no retained message any more.</summary>
/// <param name="Topic">Topic name.</param>
public sealed record RetainedRemoved(string Topic) : StateChange;
