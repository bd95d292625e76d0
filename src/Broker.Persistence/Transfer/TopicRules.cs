namespace Broker.Persistence.Transfer;

/// <summary>What the protocol says of strings and properties; the store knows no packets.</summary>
/// <param name="IsTopicName">Whether a message may have this topic.</param>
/// <param name="IsTopicFilter">Whether a subscription may have this filter.</param>
/// <param name="AreProperties">Whether these bytes are encoded properties of a message.</param>
public sealed record TopicRules(
    Predicate<string> IsTopicName, Predicate<string> IsTopicFilter, Predicate<ReadOnlyMemory<byte>> AreProperties)
{
    /// <summary>Whether somebody can be banned as this kind and this name; as things are, any of a kind that there is.</summary>
    public Func<string, string, bool> IsBan { get; init; } = static (kind, _) => Changes.BanPut.Kinds.Contains(kind);
}
