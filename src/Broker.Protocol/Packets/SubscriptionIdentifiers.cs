using Broker.Protocol.Properties;

namespace Broker.Protocol.Packets;

/// <summary>
/// The Subscription Identifiers of a PUBLISH in their order, for <c>foreach</c>; allocates nothing (MQTT 5.0 section
/// 3.3.2.3.8).
/// </summary>
public ref struct SubscriptionIdentifiers
{
    private PropertyReader _properties;

    internal SubscriptionIdentifiers(ReadOnlySpan<byte> block) => _properties = new PropertyReader(block, PropertyOwners.Publish);

    /// <summary>The identifier at hand.</summary>
    public readonly uint Current => _properties.Number;

    /// <summary>For <c>foreach</c>.</summary>
    public readonly SubscriptionIdentifiers GetEnumerator() => this;

    /// <summary>Moves to the next identifier.</summary>
    public bool MoveNext()
    {
        while (_properties.MoveNext())
        {
            if (_properties.Id == PropertyId.SubscriptionIdentifier)
            {
                return true;
            }
        }

        return false;
    }
}
