using System.Net;
using System.Runtime.InteropServices;

namespace Broker.Connections;

/// <summary>
/// How many connections each address and each user has, and how often each address sends CONNECT and PUBLISH. Only what is
/// limited is counted; what is at rest is forgotten. Thread-safe.
/// </summary>
internal sealed class PeerCounts(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _byAddress = [];
    private readonly Dictionary<string, int> _byUser = new(StringComparer.Ordinal);
    private readonly Dictionary<IPAddress, TokenBucket> _connects = [];
    private readonly Dictionary<IPAddress, AddressPace> _publishes = [];

    /// <summary>Addresses and users that are remembered, for tests.</summary>
    public int Count
    {
        get { lock (_lock) return _byAddress.Count + _byUser.Count + _connects.Count + _publishes.Count; }
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

    /// <summary>How fast the clients of an address may publish; whoever gets it gives it back at the end.</summary>
    public AddressPace TakePace(IPAddress address, PublishRates rates)
    {
        lock (_lock)
        {
            ref AddressPace? pace = ref CollectionsMarshal.GetValueRefOrAddDefault(_publishes, address, out _);
            if (pace?.Rates != rates) pace = new AddressPace(rates, time);
            pace.Users++;
            return pace;
        }
    }

    /// <summary>Gives it back. It is remembered until it makes no difference: who comes again begins where they were.</summary>
    public void GiveBack(AddressPace pace)
    {
        lock (_lock) pace.Users--;
    }

    /// <summary>Forgets addresses that have done nothing for so long that it makes no difference.</summary>
    public void Forget()
    {
        long now = time.GetTimestamp();
        lock (_lock)
        {
            foreach ((IPAddress address, TokenBucket bucket) in _connects)
            {
                if (bucket.IsFull(now)) _connects.Remove(address);
            }
            foreach ((IPAddress address, AddressPace pace) in _publishes)
            {
                if (pace.Users == 0 && pace.IsAtRest(now)) _publishes.Remove(address);
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
