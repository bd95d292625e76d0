using System.Numerics;

namespace Load.Clients;

/// <summary>
/// Messages sent and not acknowledged. Packet ids rise and wrap at a multiple of the ring's size, so that an id says its
/// place.
/// </summary>
internal sealed class InFlightRing
{
    private readonly ushort[] _ids;
    private readonly long[] _sentAt;
    private readonly int _mask;
    private readonly int _idMax;
    private int _nextId = 1;
    private int _oldestId = 1;

    /// <param name="window">How many at once, at most 32,768.</param>
    public InFlightRing(int window)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)window);
        _ids = new ushort[size];
        _sentAt = new long[size];
        _mask = size - 1;
        _idMax = ushort.MaxValue / size * size;
        Window = window;
    }

    public int Window { get; set; }

    public int Count { get; private set; }

    /// <summary>Below the window, and the place of the next packet id is free again.</summary>
    public bool HasRoom => Count < Window && _ids[(_nextId - 1) & _mask] == 0;

    public ushort Take(long now)
    {
        int id = _nextId;
        int place = (id - 1) & _mask;
        _ids[place] = (ushort)id;
        _sentAt[place] = now;
        _nextId = After(id);
        Count++;
        return (ushort)id;
    }

    /// <summary>Whether a packet id is in flight.</summary>
    public bool Holds(ushort id) => id != 0 && _ids[(id - 1) & _mask] == id;

    /// <summary>Takes out one that is in flight.</summary>
    /// <param name="id">Its packet id.</param>
    /// <param name="wasOldest">Nothing older was in flight.</param>
    /// <returns>When it was sent.</returns>
    public long Release(ushort id, out bool wasOldest)
    {
        int place = (id - 1) & _mask;
        _ids[place] = 0;
        Count--;
        wasOldest = id == _oldestId;
        if (wasOldest)
        {
            do _oldestId = After(_oldestId);
            while (_oldestId != _nextId && _ids[(_oldestId - 1) & _mask] == 0);
        }
        return _sentAt[place];
    }

    private int After(int id) => id == _idMax ? 1 : id + 1;
}
