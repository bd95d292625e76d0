using Broker.Persistence.Transfer;
using Broker.Protocol.Properties;
using Broker.Protocol.Topics;

namespace Broker.Cli;

/// <summary>What the protocol says of what a store holds.</summary>
internal static class StoredTopicRules
{
    public static TopicRules All { get; } = new(
        topic => TopicName.IsValid(topic), filter => TopicFilter.IsValid(filter), AreForwardedProperties);

    /// <summary>Only properties that a server passes on unaltered are stored as they came.</summary>
    private static bool AreForwardedProperties(ReadOnlyMemory<byte> properties)
    {
        PropertyReader reader = new(properties.Span, PropertyOwners.Publish);
        while (reader.MoveNext())
        {
            if (!reader.IsForwarded) return false;
        }
        return reader.Fault is null;
    }
}
