using System.Net;
using System.Runtime.InteropServices;

namespace Broker.Connections;

/// <summary>
/// How many connections each address and each user has, and how often each address sends CONNECT. Only what is limited is
/// counted; what is at rest is forgotten. Thread-safe.
/// </summary>
internal sealed class PeerCounts(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _byAddress = [];
    private readonly Dictionary<string, int> _byUser = new(StringComparer.Ordinal);
    private readonly Dictionary<IPAddress, TokenBucket> _connects = [];

    /// <summary>Addresses and users that are remembered, for tests.</summary>
    public int Count
    {
        get { lock (_lock) return _byAddress.Count + _byUser.Count + _connects.Count; }
    }

    /// <summary>Takes a place of an address; false: it has as many as it may have.</summary>
    public bool TryEnter(IPAddress address, int countMax)
    {
        lock (_lock) return TryAdd(_byAddress, address, countMax);
    }

    /// <summary>Takes a place of a user; false: they have as many as they may have.</summary>
    public bool TryEnter(string userName, int countMax)
    {
        lock (_lock) return TryAdd(_byUser, userName, countMax);
    }

    /// <summary>Gives a place back.</summary>
    public void Leave(IPAddress address)
    {
        lock (_lock) Remove(_byAddress, address);
    }

    /// <summary>Gives a place back.</summary>
    public void Leave(string userName)
    {
        lock (_lock) Remove(_byUser, userName);
    }

    /// <summary>A CONNECT came from an address; false: too many have.</summary>
    public bool TryConnect(IPAddress address, int perSecond)
    {
        lock (_lock)
        {
            ref TokenBucket? bucket = ref CollectionsMarshal.GetValueRefOrAddDefault(_connects, address, out _);
            if (bucket?.PerSecond != perSecond) bucket = new TokenBucket(perSecond, time);
            return bucket.TryTake(time.GetTimestamp());
        }
    }

    /// <summary>Forgets addresses that have not sent CONNECT for so long that it makes no difference.</summary>
    public void Forget()
    {
        long now = time.GetTimestamp();
        lock (_lock)
        {
            foreach ((IPAddress address, TokenBucket bucket) in _connects)
            {
                if (bucket.IsFull(now)) _connects.Remove(address);
            }
        }
    }

    private static bool TryAdd<T>(Dictionary<T, int> counts, T key, int countMax)
        where T : notnull
    {
        ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _);
        if (count >= countMax) return false;
        count++;
        return true;
    }

    private static void Remove<T>(Dictionary<T, int> counts, T key)
        where T : notnull
    {
        ref int count = ref CollectionsMarshal.GetValueRefOrNullRef(counts, key);
        if (--count == 0) counts.Remove(key);
    }
}
