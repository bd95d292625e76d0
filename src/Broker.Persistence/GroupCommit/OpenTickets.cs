using System.Numerics;

namespace Broker.Persistence.GroupCommit;

/// <summary>
/// Which tickets still need a commit. A change that has cancelled out needs none, and once that is so of everything up to a
/// ticket, the ticket is as good as durable: a crash would lose nothing that anybody still has to get. Belongs to the writer's
/// thread.
/// </summary>
/// <param name="last">Everything up to this ticket is durable.</param>
internal sealed class OpenTickets(long last)
{
    private const int CapacityMin = 1 << 10;

    /// <summary>After a rush it is let go of again.</summary>
    private const int CapacityKept = 1 << 16;

    // By ticket modulo its length: whether one from _first on is closed.
    private bool[] _isClosed = new bool[CapacityMin];
    private long _first = last + 1;
    private long _end = last + 1;

    /// <summary>Everything up to this ticket is closed.</summary>
    public long ClosedThrough => _first - 1;

    /// <summary>Tickets up to this one are known, the new ones open.</summary>
    public void Extend(long last)
    {
        if (last < _end) return;
        long count = last + 1 - _first;
        if (count > _isClosed.Length) Resize((int)long.Max(CapacityMin, (long)BitOperations.RoundUpToPowerOf2((ulong)count)));
        _end = last + 1;
    }

    /// <summary>This one needs no commit.</summary>
    public void Close(long ticket)
    {
        if (ticket < _first) return;
        _isClosed[IndexOf(ticket)] = true;
        PassClosed();
    }

    /// <summary>All up to this one are committed.</summary>
    public void CloseThrough(long ticket)
    {
        for (; _first <= ticket; _first++) _isClosed[IndexOf(_first)] = false;
        PassClosed();
        if (_first == _end && _isClosed.Length > CapacityKept) Resize(CapacityMin);
    }

    private int IndexOf(long ticket) => (int)(ticket & (_isClosed.Length - 1));

    private void PassClosed()
    {
        while (_first < _end && _isClosed[IndexOf(_first)])
        {
            _isClosed[IndexOf(_first)] = false;
            _first++;
        }
    }

    private void Resize(int capacity)
    {
        bool[] larger = new bool[capacity];
        for (long ticket = _first; ticket < _end; ticket++) larger[ticket & (capacity - 1)] = _isClosed[IndexOf(ticket)];
        _isClosed = larger;
    }
}
