using System.Collections.Concurrent;
using Broker.Configuration;

namespace Broker.Connections;

/// <summary>Counts connections against <c>max_connections</c> of a listener and <c>global_max_connections</c>.</summary>
internal sealed class ConnectionCounter
{
    private readonly ConcurrentDictionary<(int Port, string? Where), StrongCount> _byListener = new();
    private volatile int _countMax;
    private int _count;

    /// <param name="countMax"><c>global_max_connections</c>; -1: no limit.</param>
    public ConnectionCounter(int countMax) => SetMax(countMax);

    /// <summary><c>global_max_connections</c> has changed. Who has a place keeps it.</summary>
    public void SetMax(int countMax) => _countMax = countMax < 0 ? int.MaxValue : countMax;

    /// <summary>Takes a place; false when all are taken.</summary>
    public bool TryEnter(ListenerOptions listener)
    {
        int listenerMax = listener.ConnectionsMax < 0 ? int.MaxValue : listener.ConnectionsMax;
        StrongCount ofListener = _byListener.GetOrAdd(listener.Key, static _ => new StrongCount());
        if (Interlocked.Increment(ref ofListener.Value) <= listenerMax)
        {
            if (Interlocked.Increment(ref _count) <= _countMax) return true;
            Interlocked.Decrement(ref _count);
        }
        Interlocked.Decrement(ref ofListener.Value);
        return false;
    }

    /// <summary>Gives the place back.</summary>
    public void Leave(ListenerOptions listener)
    {
        Interlocked.Decrement(ref _byListener[listener.Key].Value);
        Interlocked.Decrement(ref _count);
    }

    private sealed class StrongCount
    {
        public int Value;
    }
}
