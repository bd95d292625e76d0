namespace Broker.Protocol.Properties;

/// <summary>One row of <see cref="PropertyTable"/>.</summary>
/// <param name="Id">The property.</param>
/// <param name="Type">Encoding of its value.</param>
/// <param name="Owners">Packets that may carry it.</param>
/// <param name="Repeatable">Packets that may carry it more than once.</param>
/// <param name="Min">The least allowed number.</param>
/// <param name="Max">The greatest allowed number.</param>
/// <param name="RangeFault">Broken when a number is out of range; null when every number is allowed.</param>
public sealed record PropertyRule(
    PropertyId Id, PropertyType Type, PropertyOwners Owners, PropertyOwners Repeatable, uint Min, uint Max, Fault? RangeFault)
{
    /// <summary>True for a property of PUBLISH that a server passes on unaltered (MQTT-3.3.2-17 and its like).</summary>
    public bool IsForwarded => Id is PropertyId.PayloadFormatIndicator or PropertyId.ContentType or PropertyId.ResponseTopic
        or PropertyId.CorrelationData or PropertyId.UserProperty;
}
