using System.Runtime.InteropServices;

namespace Broker.Connections;

/// <summary>
/// How often something has happened to each of many within a time that begins with the first. At most so many are remembered;
/// beyond them nobody is counted until some are forgotten. Thread-safe. Times are milliseconds of a monotonic clock.
/// </summary>
/// <param name="keysMax">So many.</param>
internal sealed class WindowCounts<TKey>(int keysMax)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Window> _windows = [];

    /// <summary>How many are remembered.</summary>
    public int Count
    {
        get { lock (_lock) return _windows.Count; }
    }

    /// <summary>It has happened to one once more.</summary>
    /// <returns>How often within the time, this once included; 0: it is not counted.</returns>
    public int Note(TKey key, long now, long windowMilliseconds)
    {
        lock (_lock)
        {
            if (_windows.Count >= keysMax && !_windows.ContainsKey(key)) return 0;
            ref Window window = ref CollectionsMarshal.GetValueRefOrAddDefault(_windows, key, out bool isKnown);
            if (!isKnown || now - window.BeganAt >= windowMilliseconds) window = new Window(now, 0);
            window = window with { Count = window.Count + 1 };
            return window.Count;
        }
    }

    /// <summary>What happened to one counts no more.</summary>
    public void Forget(TKey key)
    {
        lock (_lock) _windows.Remove(key);
    }

    /// <summary>Forgets those whose time is over.</summary>
    public void ForgetEnded(long now, long windowMilliseconds)
    {
        lock (_lock)
        {
            foreach ((TKey key, Window window) in _windows)
            {
                if (now - window.BeganAt >= windowMilliseconds) _windows.Remove(key);
            }
        }
    }

    private readonly record struct Window(long BeganAt, int Count);
}
