using System.Net;

namespace Broker.Connections;

/// <summary>Who waits. The addresses are served in turn, and of each first come first served: however many come from one, others
/// wait for one of them and not for all. Not thread-safe.</summary>
internal sealed class WaitingLine
{
    private readonly Dictionary<IPAddress, LinkedListNode<AddressLine>> _byAddress = [];
    private readonly LinkedList<AddressLine> _turns = new();

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>Addresses that are remembered, for tests.</summary>
    public int AddressCount => _byAddress.Count;

    /// <param name="waiter">Somebody new.</param>
    /// <param name="address">Where it comes from; null, as of unix sockets, is one address too.</param>
    public void Add(PlaceWaiter waiter, IPAddress? address)
    {
        IPAddress peer = address is null ? IPAddress.None : PeerAddress.Of(address);
        if (!_byAddress.TryGetValue(peer, out LinkedListNode<AddressLine>? turn))
            _byAddress.Add(peer, turn = _turns.AddLast(new AddressLine(peer)));
        waiter.Turn = turn;
        waiter.Node = turn.Value.Waiters.AddLast(waiter);
        Count++;
    }

    /// <summary>Takes out who is next; asked only when somebody waits.</summary>
    public PlaceWaiter Take()
    {
        LinkedListNode<AddressLine> turn = _turns.First!;
        PlaceWaiter first = turn.Value.Waiters.First!.Value;
        Remove(first);
        if (turn.List is null) return first;
        _turns.Remove(turn);
        _turns.AddLast(turn);
        return first;
    }

    /// <summary>It does not wait any more. Nothing happens when it did not, or waits in another line.</summary>
    public void Remove(PlaceWaiter waiter)
    {
        if (waiter.Turn is not { } turn || turn.List != _turns) return;
        AddressLine line = turn.Value;
        line.Waiters.Remove(waiter.Node!);
        (waiter.Turn, waiter.Node) = (null, null);
        Count--;
        // Who comes from somewhere else each time and leaves again leaves nothing behind.
        if (line.Waiters.Count > 0) return;
        _turns.Remove(turn);
        _byAddress.Remove(line.Peer);
    }

    /// <summary>Those of one address.</summary>
    internal sealed class AddressLine(IPAddress peer)
    {
        public IPAddress Peer { get; } = peer;

        public LinkedList<PlaceWaiter> Waiters { get; } = new();
    }
}
