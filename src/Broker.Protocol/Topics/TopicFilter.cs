namespace Broker.Protocol.Topics;

/// <summary>What a subscription asks for: a topic name with wildcards (MQTT 5.0 section 4.7.1).</summary>
public static class TopicFilter
{
    /// <summary>
    /// True for a filter that may be subscribed to: a valid string, not empty, <c>#</c> only as the last level,
    /// <c>+</c> only as a whole level, and a shared one in the form <c>$share/NAME/FILTER</c>.
    /// </summary>
    /// <param name="filter">The filter.</param>
    public static bool IsValid(ReadOnlySpan<char> filter) => Utf8Rules.IsValid(filter) && Check(filter) is null;

    /// <summary>True when messages of <paramref name="topic"/> go to a subscriber of <paramref name="filter"/>.</summary>
    /// <param name="filter">A valid filter, for a shared subscription the part after its share name.</param>
    /// <param name="topic">A valid topic name.</param>
    public static bool Matches(ReadOnlySpan<char> filter, ReadOnlySpan<char> topic)
    {
        // MQTT-4.7.2-1: wildcards at the start do not reach topics of the server's own.
        bool beginsWithWildcard = !filter.IsEmpty && filter[0] is ('+' or '#');
        if (beginsWithWildcard && !topic.IsEmpty && topic[0] == '$')
        {
            return false;
        }

        TopicLevels names = TopicLevels.Of(topic);
        foreach (ReadOnlySpan<char> level in TopicLevels.Of(filter))
        {
            if (IsOnly(level, '#'))
            {
                // Before the next name is asked for: '#' stands for the parent level too.
                return true;
            }

            if (!names.MoveNext() || !(IsOnly(level, '+') || level.SequenceEqual(names.Current)))
            {
                return false;
            }
        }

        return !names.MoveNext();
    }

    /// <summary>The rule that a filter breaks, its characters apart; or null.</summary>
    internal static Fault? Check(ReadOnlySpan<char> filter)
    {
        if (filter.IsEmpty)
        {
            return Faults.TopicFilterEmpty;
        }

        if (!SharedFilter.IsShared(filter))
        {
            return CheckWildcards(filter);
        }

        return SharedFilter.TrySplit(filter, out _, out ReadOnlySpan<char> shared)
            ? CheckWildcards(shared)
            : Faults.SharedFilterInvalid;
    }

    private static bool IsOnly(ReadOnlySpan<char> level, char wildcard) => level.Length == 1 && level[0] == wildcard;

    private static Fault? CheckWildcards(ReadOnlySpan<char> filter)
    {
        int hash = filter.IndexOf('#');
        bool isHashMisplaced = hash >= 0 && (hash != filter.Length - 1 || (hash > 0 && filter[hash - 1] != '/'));
        if (isHashMisplaced)
        {
            return Faults.TopicFilterInvalid;
        }

        if (!filter.Contains('+'))
        {
            return null;
        }

        foreach (ReadOnlySpan<char> level in TopicLevels.Of(filter))
        {
            if (level.Length > 1 && level.Contains('+'))
            {
                return Faults.TopicFilterInvalid;
            }
        }

        return null;
    }
}
