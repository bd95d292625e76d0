using System.Diagnostics.CodeAnalysis;

namespace Broker.Sessions;

/// <summary>
/// First in, first out, in an array that grows by doubling and is given back when it ran empty after having been large.
/// Not thread-safe.
/// </summary>
internal sealed class RingQueue<T>
{
    private const int CapacityFirst = 4;
    private const int CapacityKept = 256;

    private T[] _items = [];
    private int _head;

    public int Count { get; private set; }

    /// <summary>The item <paramref name="offset"/> places behind the head.</summary>
    public ref T this[int offset] => ref _items[(_head + offset) & (_items.Length - 1)];

    public void Enqueue(in T item)
    {
        if (Count == _items.Length) Grow();
        _items[(_head + Count) & (_items.Length - 1)] = item;
        Count++;
    }

    public bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        item = Count == 0 ? default : _items[_head];
        return Count != 0;
    }

    /// <summary>Removes the head; there must be one.</summary>
    public void Dequeue()
    {
        _items[_head] = default!;
        _head = (_head + 1) & (_items.Length - 1);
        if (--Count == 0 && _items.Length > CapacityKept) Clear();
    }

    /// <summary>Removes an item near the head; those before it move up.</summary>
    public void RemoveAt(int offset)
    {
        for (int i = offset; i > 0; i--) this[i] = this[i - 1];
        Dequeue();
    }

    public void Clear()
    {
        _items = [];
        _head = 0;
        Count = 0;
    }

    private void Grow()
    {
        var larger = new T[_items.Length == 0 ? CapacityFirst : _items.Length * 2];
        for (int i = 0; i < Count; i++) larger[i] = this[i];
        _items = larger;
        _head = 0;
    }
}
