namespace Broker.Messages;

/// <summary>
/// How many levels a topic may have. mosquitto's limit: a name of 65,535 slashes would cost a node a slash in the trees and as
/// many steps of every walk.
/// </summary>
internal static class TopicDepth
{
    /// <summary>Slashes in a topic name or filter, mount point not counted.</summary>
    public const int SeparatorsMax = 200;

    public static bool IsTooDeep(ReadOnlySpan<byte> topicUtf8) =>
        topicUtf8.Length > SeparatorsMax && topicUtf8.Count((byte)'/') > SeparatorsMax;

    public static bool IsTooDeep(ReadOnlySpan<char> topic) => topic.Length > SeparatorsMax && topic.Count('/') > SeparatorsMax;
}
