using Broker.Protocol;
using Broker.Security;
using Broker.Sessions;

namespace Broker.Routing;

/// <summary>
/// One receiver a session for <c>allow_duplicate_messages false</c>: the highest granted QoS and all Subscription Identifiers
/// of the subscriptions that match [MQTT-3.3.4-2] [MQTT-3.3.4-4].
/// </summary>
internal static class MergedReceivers
{
    public static Receiver[] Of(Receiver[] matched) =>
        [.. matched.GroupBy(static receiver => receiver.ForOthers.Session).Select(static group => Merge([.. group]))];

    private static Receiver Merge(Receiver[] receivers)
    {
        Subscription[] subscriptions = [.. receivers.Select(static receiver => receiver.ForOthers)];
        ClientAccess? access = receivers[0].Access;
        Subscription[] remote = [.. subscriptions.Where(static subscription => !subscription.NoLocal)];
        Subscription forOthers = One(subscriptions);
        if (remote.Length == subscriptions.Length) return new Receiver(forOthers, forOthers, access);
        return new Receiver(forOthers, remote.Length == 0 ? null : One(remote), access);
    }

    private static Subscription One(Subscription[] subscriptions)
    {
        if (subscriptions.Length == 1) return subscriptions[0];
        return new Subscription
        {
            Session = subscriptions[0].Session,
            Key = subscriptions[0].Key,
            Filter = subscriptions[0].Filter,
            Qos = (QualityOfService)subscriptions.Max(static subscription => (byte)subscription.Qos),
            RetainAsPublished = subscriptions.Any(static subscription => subscription.RetainAsPublished),
            Ids = [.. subscriptions.SelectMany(static subscription => subscription.Ids)],
        };
    }
}
