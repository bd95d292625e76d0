namespace Load.Checking;

/// <summary>The topics that a subscriber is owed; each has a slot, from 0 without gaps.</summary>
internal sealed class TopicSet
{
    private readonly int _first;
    private readonly int[] _slots;

    /// <param name="topics">Rising numbers.</param>
    public TopicSet(IReadOnlyList<int> topics)
    {
        Numbers = topics;
        _first = topics.Count == 0 ? 0 : topics[0];
        _slots = topics.Count == 0 ? [] : new int[topics[^1] - _first + 1];
        Array.Fill(_slots, -1);
        for (int slot = 0; slot < topics.Count; slot++) _slots[topics[slot] - _first] = slot;
    }

    public IReadOnlyList<int> Numbers { get; }

    public int Count => Numbers.Count;

    public static implicit operator TopicSet(TopicRange range) => new([.. Enumerable.Range(range.First, range.Count)]);

    /// <returns>The slot of a topic; -1: it is none of these.</returns>
    public int SlotOf(int topic)
    {
        int place = topic - _first;
        return (uint)place < (uint)_slots.Length ? _slots[place] : -1;
    }
}
