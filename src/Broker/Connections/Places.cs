using System.Net;

namespace Broker.Connections;

/// <summary>Somebody who waits for a place. Goes on, on the thread pool, when there is one; others may say before that it is
/// over.</summary>
internal sealed class PlaceWaiter() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>Ask <see cref="Places.StopWaiting"/>.</summary>
    internal bool HasPlace { get; set; }

    /// <summary>The turn of its address in a <see cref="WaitingLine"/>; null: it is in none.</summary>
    internal LinkedListNode<WaitingLine.AddressLine>? Turn { get; set; }

    /// <summary>Where it is among those of its address.</summary>
    internal LinkedListNode<PlaceWaiter>? Node { get; set; }
}

/// <summary>
/// So many at once, and no more than so many a second. Who comes when there is no place waits in line; who has begun goes before
/// who has not, so that what was begun is finished. Thread-safe; calls nobody under its lock.
/// </summary>
/// <remarks>A rate is let through in portions, 20 a second: there is one timer for all who wait.</remarks>
internal sealed class Places : IDisposable
{
    private static readonly TimeSpan Portion = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly WaitingLine _begun = new();
    private readonly WaitingLine _others = new();
    private readonly ITimer _timer;
    private TokenBucket? _bucket;
    private int _countMax = int.MaxValue;
    private int _count;
    private bool _isTimed;

    /// <summary>No limits until <see cref="SetLimits"/>.</summary>
    public Places(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(
            static places => ((Places)places!).OnPortion(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many wait.</summary>
    public int WaitingCount
    {
        get { lock (_lock) return _begun.Count + _others.Count; }
    }

    /// <summary>What holds from now on. Who has a place keeps it.</summary>
    /// <param name="countMax">At once; 0: no limit.</param>
    /// <param name="perSecond">A second; 0: no limit.</param>
    public void SetLimits(int countMax, int perSecond = 0)
    {
        lock (_lock)
        {
            _countMax = countMax == 0 ? int.MaxValue : countMax;
            if ((_bucket?.PerSecond ?? 0) != perSecond) _bucket = perSecond == 0 ? null : new TokenBucket(perSecond, _time);
            GiveOut();
        }
    }

    /// <summary>Takes a place, or waits in line.</summary>
    /// <param name="address">Where the connection comes from, if that is known.</param>
    /// <param name="hasBegun">Whether it goes before those that have not begun.</param>
    /// <returns>Null: the place is taken. Else <see cref="StopWaiting"/> is to be asked for when its task has ended.</returns>
    public PlaceWaiter? Enter(IPAddress? address, bool hasBegun = false)
    {
        lock (_lock)
        {
            bool isFirst = _begun.Count == 0 && (hasBegun || _others.Count == 0);
            if (isFirst && TryTake()) return null;
            var waiter = new PlaceWaiter();
            (hasBegun ? _begun : _others).Add(waiter, address);
            Await();
            return waiter;
        }
    }

    /// <summary>It waits no longer, whatever ended that.</summary>
    /// <returns>Whether it has a place, which is to be given back.</returns>
    public bool StopWaiting(PlaceWaiter waiter)
    {
        lock (_lock)
        {
            if (waiter.HasPlace) return true;
            _begun.Remove(waiter);
            _others.Remove(waiter);
            return false;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _count--;
            GiveOut();
        }
    }

    public void Dispose() => _timer.Dispose();

    private bool TryTake()
    {
        if (_count >= _countMax || (_bucket is { } bucket && !bucket.TryTake(_time.GetTimestamp()))) return false;
        _count++;
        return true;
    }

    private void GiveOut()
    {
        while (_begun.Count + _others.Count > 0 && TryTake())
        {
            PlaceWaiter waiter = (_begun.Count > 0 ? _begun : _others).Take();
            waiter.HasPlace = true;
            if (waiter.TrySetResult()) continue;
            // It was told meanwhile that it is over, and does not know of its place.
            waiter.HasPlace = false;
            _count--;
            _bucket?.GiveBack();
        }
        Await();
    }

    // A place that is given back wakes the next one; a rate has to be looked at again.
    private void Await()
    {
        if (_isTimed || _bucket is null || _count >= _countMax || _begun.Count + _others.Count == 0) return;
        _isTimed = true;
        _timer.Change(Portion, Timeout.InfiniteTimeSpan);
    }

    private void OnPortion()
    {
        lock (_lock)
        {
            _isTimed = false;
            GiveOut();
        }
    }
}
