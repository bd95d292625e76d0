using static Broker.Protocol.Properties.PropertyOwners;

namespace Broker.Protocol.Properties;

/// <summary>What MQTT 5.0 table 2-4 says of each property; reader and writer go by it.</summary>
public static class PropertyTable
{
    private const PropertyOwners Acks = PubAck | PubRec | PubRel | PubComp | SubAck | UnsubAck;
    private const PropertyOwners Every = Will | Connect | ConnAck | Publish | Acks | Subscribe | Unsubscribe | Disconnect | Auth;

    private static readonly PropertyRule?[] ById = Index(
        Flag(PropertyId.PayloadFormatIndicator, Publish | Will, Faults.PayloadFormatIndicatorInvalid),
        Any(PropertyId.MessageExpiryInterval, PropertyType.FourByteInteger, Publish | Will),
        Any(PropertyId.ContentType, PropertyType.Utf8, Publish | Will),
        Any(PropertyId.ResponseTopic, PropertyType.Utf8, Publish | Will),
        Any(PropertyId.CorrelationData, PropertyType.Binary, Publish | Will),
        new PropertyRule(PropertyId.SubscriptionIdentifier, PropertyType.VariableByteInteger,
            Publish | Subscribe, Publish, 1, uint.MaxValue, Faults.SubscriptionIdentifierZero),
        Any(PropertyId.SessionExpiryInterval, PropertyType.FourByteInteger, Connect | ConnAck | Disconnect),
        Any(PropertyId.AssignedClientIdentifier, PropertyType.Utf8, ConnAck),
        Any(PropertyId.ServerKeepAlive, PropertyType.TwoByteInteger, ConnAck),
        Any(PropertyId.AuthenticationMethod, PropertyType.Utf8, Connect | ConnAck | Auth),
        Any(PropertyId.AuthenticationData, PropertyType.Binary, Connect | ConnAck | Auth),
        Flag(PropertyId.RequestProblemInformation, Connect, Faults.RequestProblemInformationInvalid),
        Any(PropertyId.WillDelayInterval, PropertyType.FourByteInteger, Will),
        Flag(PropertyId.RequestResponseInformation, Connect, Faults.RequestResponseInformationInvalid),
        Any(PropertyId.ResponseInformation, PropertyType.Utf8, ConnAck),
        Any(PropertyId.ServerReference, PropertyType.Utf8, ConnAck | Disconnect),
        Any(PropertyId.ReasonString, PropertyType.Utf8, ConnAck | Acks | Disconnect | Auth),
        NotZero(PropertyId.ReceiveMaximum, PropertyType.TwoByteInteger, Connect | ConnAck, Faults.ReceiveMaximumZero),
        Any(PropertyId.TopicAliasMaximum, PropertyType.TwoByteInteger, Connect | ConnAck),
        NotZero(PropertyId.TopicAlias, PropertyType.TwoByteInteger, Publish, Faults.TopicAliasZero),
        Flag(PropertyId.MaximumQos, ConnAck, Faults.MaximumQosInvalid),
        Flag(PropertyId.RetainAvailable, ConnAck, Faults.RetainAvailableInvalid),
        new PropertyRule(PropertyId.UserProperty, PropertyType.Utf8Pair, Every, Every, 0, uint.MaxValue, null),
        NotZero(PropertyId.MaximumPacketSize, PropertyType.FourByteInteger, Connect | ConnAck, Faults.MaximumPacketSizeZero),
        Flag(PropertyId.WildcardSubscriptionAvailable, ConnAck, Faults.WildcardSubscriptionAvailableInvalid),
        Flag(PropertyId.SubscriptionIdentifierAvailable, ConnAck, Faults.SubscriptionIdentifierAvailableInvalid),
        Flag(PropertyId.SharedSubscriptionAvailable, ConnAck, Faults.SharedSubscriptionAvailableInvalid));

    /// <summary>Every property, by rising identifier.</summary>
    public static IEnumerable<PropertyRule> All => ById.OfType<PropertyRule>();

    /// <summary>The rule of a property; null when there is no such property.</summary>
    /// <param name="id">The identifier as it came.</param>
    public static PropertyRule? Find(uint id) => id < (uint)ById.Length ? ById[id] : null;

    private static PropertyRule Any(PropertyId id, PropertyType type, PropertyOwners owners) =>
        new(id, type, owners, None, 0, uint.MaxValue, null);

    private static PropertyRule Flag(PropertyId id, PropertyOwners owners, Fault fault) =>
        new(id, PropertyType.Byte, owners, None, 0, 1, fault);

    private static PropertyRule NotZero(PropertyId id, PropertyType type, PropertyOwners owners, Fault fault) =>
        new(id, type, owners, None, 1, uint.MaxValue, fault);

    private static PropertyRule?[] Index(params ReadOnlySpan<PropertyRule> rules)
    {
        var index = new PropertyRule?[(int)PropertyId.SharedSubscriptionAvailable + 1];
        foreach (PropertyRule rule in rules)
        {
            index[(int)rule.Id] = rule;
        }

        return index;
    }
}
