using Broker.Persistence.Transfer;
using Broker.Protocol.Properties;
using Broker.Protocol.Topics;
using Broker.Security.Bans;

namespace Broker.Cli;

/// <summary>What the protocol says of what a store holds.</summary>
internal static class StoredTopicRules
{
    public static TopicRules All { get; } = new(
        topic => TopicName.IsValid(topic), filter => TopicFilter.IsValid(filter), AreForwardedProperties)
    {
        IsBan = BanTarget.IsStored,
    };

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
