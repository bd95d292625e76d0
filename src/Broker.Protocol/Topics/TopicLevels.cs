namespace Broker.Protocol.Topics;

/// <summary>
/// Walks the levels of a topic name or filter without allocating: <c>foreach (var level in TopicLevels.Of(topic))</c>.
/// </summary>
public ref struct TopicLevels
{
    private ReadOnlySpan<char> _rest;
    private bool _isAtEnd;

    private TopicLevels(ReadOnlySpan<char> topic)
    {
        _rest = topic;
        _isAtEnd = false;
        Current = default;
    }

    /// <summary>The level at hand; may be empty, as the first one of <c>/a</c> is.</summary>
    public ReadOnlySpan<char> Current { get; private set; }

    /// <summary>The levels of <paramref name="topic"/>; an empty topic has one empty level.</summary>
    /// <param name="topic">A topic name or filter.</param>
    public static TopicLevels Of(ReadOnlySpan<char> topic) => new(topic);

    /// <summary>For <c>foreach</c>.</summary>
    public readonly TopicLevels GetEnumerator() => this;

    /// <summary>Moves to the next level.</summary>
    public bool MoveNext()
    {
        if (_isAtEnd)
        {
            return false;
        }

        int separator = _rest.IndexOf('/');
        if (separator < 0)
        {
            _isAtEnd = true;
            Current = _rest;
            return true;
        }

        Current = _rest[..separator];
        _rest = _rest[(separator + 1)..];
        return true;
    }
}
