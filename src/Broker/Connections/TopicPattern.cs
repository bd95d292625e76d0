using System.Text;

namespace Broker.Connections;

/// <summary>A topic prefix with places for who the client is.</summary>
internal static class TopicPattern
{
    private const char Mark = '%';

    /// <summary>
    /// The prefix of one client: <c>%c</c> is its client id, <c>%u</c> its user name. Null when it has no user name where one
    /// is asked for, or when a wildcard in one of the two would make a topic that nobody may publish to.
    /// </summary>
    public static string? Expand(string pattern, string clientId, string? userName)
    {
        var topic = new StringBuilder(pattern.Length + clientId.Length);
        for (int i = 0; i < pattern.Length; i++)
        {
            char kind = pattern[i] == Mark && i + 1 < pattern.Length ? pattern[i + 1] : default;
            if (kind is not ('c' or 'u'))
            {
                topic.Append(pattern[i]);
                continue;
            }
            string? who = kind == 'c' ? clientId : userName;
            if (string.IsNullOrEmpty(who) || who.AsSpan().IndexOfAny('+', '#') >= 0) return null;
            topic.Append(who);
            i++;
        }
        string expanded = topic.ToString();
        return Encoding.UTF8.GetByteCount(expanded) <= ushort.MaxValue ? expanded : null;
    }
}
