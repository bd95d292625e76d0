using System.Net;

namespace Broker.Connections;

/// <summary>Who waits. The addresses are served in turn, and of each first come first served: however many come from one, others
/// wait for one of them and not for all. Not thread-safe.</summary>
internal sealed class WaitingLine
{
    private readonly Dictionary<IPAddress, LinkedList<PlaceWaiter>> _byAddress = [];
    private readonly Queue<IPAddress> _turns = new();

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <param name="waiter">Somebody new.</param>
    /// <param name="address">Where it comes from; null, as of unix sockets, is one address too.</param>
    public void Add(PlaceWaiter waiter, IPAddress? address)
    {
        IPAddress peer = address is null ? IPAddress.None : PeerAddress.Of(address);
        if (!_byAddress.TryGetValue(peer, out LinkedList<PlaceWaiter>? waiters))
        {
            _byAddress.Add(peer, waiters = new());
            _turns.Enqueue(peer);
        }
        waiter.Node = waiters.AddLast(waiter);
        Count++;
    }

    /// <summary>Takes out who is next; asked only when somebody waits.</summary>
    public PlaceWaiter Take()
    {
        while (true)
        {
            IPAddress peer = _turns.Dequeue();
            LinkedList<PlaceWaiter> waiters = _byAddress[peer];
            PlaceWaiter? first = waiters.First?.Value;
            if (first is not null) Remove(first);
            if (waiters.Count > 0) _turns.Enqueue(peer);
            else _byAddress.Remove(peer);
            if (first is not null) return first;
        }
    }

    /// <summary>It does not wait any more. Nothing happens when it did not.</summary>
    public void Remove(PlaceWaiter waiter)
    {
        if (waiter.Node is not { List: { } waiters } node) return;
        // An address that has nobody left is forgotten when it is its turn.
        waiters.Remove(node);
        waiter.Node = null;
        Count--;
    }
}
