namespace Broker.Messages;

/// <summary>
/// How many levels a topic may have (<c>max_topic_levels</c>): a name of 65,535 slashes would cost a node a slash in the trees
/// and as many steps of every walk.
/// </summary>
internal static class TopicDepth
{
    /// <summary>Whether a topic name or filter has more slashes than that, the mount point not counted.</summary>
    public static bool IsTooDeep(ReadOnlySpan<byte> topicUtf8, int levelsMax) =>
        topicUtf8.Length > levelsMax && topicUtf8.Count((byte)'/') > levelsMax;

    /// <summary>The same of text.</summary>
    public static bool IsTooDeep(ReadOnlySpan<char> topic, int levelsMax) =>
        topic.Length > levelsMax && topic.Count('/') > levelsMax;
}
