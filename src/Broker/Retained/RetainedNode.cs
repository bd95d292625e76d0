using Broker.Messages;

namespace Broker.Retained;

/// <summary>
/// A topic level of the retained tree. Children keep their slot for as long as they exist, so that a walk may stop between
/// any two of them and go on later: what is gone leaves a hole, what is new is not owed to the walk.
/// </summary>
internal sealed class RetainedNode
{
    private const int IndexFrom = 8;

    private RetainedNode?[] _slots = [];
    private Dictionary<string, RetainedNode>? _index;
    private Stack<int>? _holes;
    private int _slotsUsed;
    private int _slot;

    public RetainedNode(RetainedNode? parent, string level) => (Parent, Level) = (parent, level);

    public RetainedNode? Parent { get; }

    public string Level { get; }

    /// <summary>The retained message of the topic that ends here, or null.</summary>
    public Message? Message { get; set; }

    /// <summary>Whether the store has <see cref="Message"/>, or is about to.</summary>
    public bool IsStored { get; set; }

    /// <summary>Rising number of the change that set <see cref="Message"/>.</summary>
    public long Stamp { get; set; }

    public int ChildCount { get; private set; }

    /// <summary>Slots to visit; some may be empty.</summary>
    public int SlotCount => _slotsUsed;

    public RetainedNode? ChildAt(int slot) => _slots[slot];

    public RetainedNode? Find(ReadOnlySpan<char> level)
    {
        if (_index is not null)
            return _index.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(level, out RetainedNode? indexed) ? indexed : null;
        for (int i = 0; i < _slotsUsed; i++)
        {
            if (_slots[i] is { } child && level.SequenceEqual(child.Level)) return child;
        }
        return null;
    }

    public RetainedNode FindOrAdd(ReadOnlySpan<char> level)
    {
        if (Find(level) is { } found) return found;
        var child = new RetainedNode(this, level.ToString()) { _slot = FreeSlot() };
        _slots[child._slot] = child;
        ChildCount++;
        if (_index is null && ChildCount >= IndexFrom) BuildIndex();
        else _index?.Add(child.Level, child);
        return child;
    }

    public void Remove(RetainedNode child)
    {
        _slots[child._slot] = null;
        (_holes ??= []).Push(child._slot);
        _index?.Remove(child.Level);
        ChildCount--;
    }

    private int FreeSlot()
    {
        // New children are not owed to walks that passed the hole.
        if (_holes is not null && _holes.TryPop(out int hole)) return hole;
        if (_slotsUsed == _slots.Length) Array.Resize(ref _slots, Math.Max(1, _slots.Length * 2));
        return _slotsUsed++;
    }

    private void BuildIndex()
    {
        _index = new Dictionary<string, RetainedNode>(StringComparer.Ordinal);
        foreach (RetainedNode? child in _slots)
        {
            if (child is not null) _index.Add(child.Level, child);
        }
    }
}
