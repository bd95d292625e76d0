using System.Data.Common;

namespace Broker.Diagnostics;

/// <summary>
/// A reading that may take long or fail, for somebody who cannot wait: it is begun on the pool when the last one is a minute
/// old, and who asks gets the last one that succeeded.
/// </summary>
internal sealed class BackgroundReading<T>
    where T : class
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(1);

    private readonly Func<T> _read;
    private readonly TimeProvider _time;
    private volatile T _last;
    private long _begunAt;
    private int _isReading;

    /// <param name="read">Reads; what a database or file throws when it is out of reach leaves the last reading in place.</param>
    /// <param name="none">What there is before the first.</param>
    /// <param name="time">The clock.</param>
    public BackgroundReading(Func<T> read, T none, TimeProvider time)
    {
        _read = read;
        _time = time;
        _last = none;
        Begin();
    }

    public T Value
    {
        get
        {
            if (_time.GetElapsedTime(Volatile.Read(ref _begunAt)) >= GoodFor) Begin();
            return _last;
        }
    }

    private void Begin()
    {
        if (Interlocked.Exchange(ref _isReading, 1) == 1) return;
        Volatile.Write(ref _begunAt, _time.GetTimestamp());
        ThreadPool.UnsafeQueueUserWorkItem(static reading => reading.Read(), this, preferLocal: false);
    }

    private void Read()
    {
        try
        {
            _last = _read();
        }
        catch (Exception exception) when (exception is DbException or IOException or TimeoutException or ObjectDisposedException)
        {
            // That it is out of reach is said by others; a size that is a minute older is still the best that is known.
        }
        finally
        {
            Volatile.Write(ref _isReading, 0);
        }
    }
}
