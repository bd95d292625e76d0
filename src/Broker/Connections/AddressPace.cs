namespace Broker.Connections;

/// <summary>How fast all clients of an address may publish together. Thread-safe.</summary>
/// <param name="rates">A second.</param>
/// <param name="time">The clock.</param>
internal sealed class AddressPace(PublishRates rates, TimeProvider time)
{
    /// <summary>Those who wait are woken so often a second, all of them together; and each at last after so long.</summary>
    private const double WakesPerSecondMax = 1000;

    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly PublishBuckets _buckets = new(rates.AddressMessages, rates.AddressBytes, time);
    private int _waiting;

    public PublishRates Rates { get; } = rates;

    /// <summary>Connections that have it. Guarded by <see cref="PeerCounts"/>.</summary>
    public int Users { get; set; }

    /// <summary>Takes a message; false: there have been too many, or (<paramref name="isOfBytes"/>) too many bytes.</summary>
    public bool TryTake(int packetBytes, long now, out bool isOfBytes)
    {
        lock (_lock)
        {
            isOfBytes = false;
            if (_buckets.HasRoom(now))
            {
                _buckets.Take(packetBytes);
                return true;
            }
            isOfBytes = !_buckets.HasBytes(now);
            return false;
        }
    }

    /// <summary>One more, or (-1) one less waits.</summary>
    public void CountWaiting(int change) => Interlocked.Add(ref _waiting, change);

    /// <summary>How long one of those who wait does.</summary>
    public TimeSpan Pause
    {
        get
        {
            TimeSpan pause = TimeSpan.FromSeconds(Volatile.Read(ref _waiting) / WakesPerSecondMax);
            lock (_lock) pause += _buckets.Pause;
            return pause < PauseMax ? pause : PauseMax;
        }
    }

    /// <summary>Whether it is as if nobody had ever published.</summary>
    public bool IsAtRest(long now)
    {
        lock (_lock) return _buckets.AreFull(now);
    }
}
