namespace Broker.Lifecycle;

/// <summary>One of the connections that have a client id in turns.</summary>
/// <param name="Address">Where it comes from, as log lines show it.</param>
/// <param name="UserName">Who it is, or null.</param>
internal readonly record struct TakeoverPeer(string Address, string? UserName);

/// <summary>
/// How often the session of one client id was lately taken over from a connection that was alive. A device that comes back by
/// another way does so now and then; two that share a client id and connect again whenever they are thrown out do nothing else.
/// Not thread-safe. Instants and times are milliseconds of a monotonic clock.
/// </summary>
internal sealed class TakeoverHistory
{
    /// <summary>So many takeovers within <see cref="WindowMilliseconds"/> are a loop.</summary>
    public const int LoopFrom = 5;

    public const long WindowMilliseconds = 60_000;

    /// <summary>After so long without a takeover everything is forgotten. Longer than any delay.</summary>
    public const long QuietMilliseconds = 120_000;

    /// <summary>How far apart the takeovers of a loop are kept at first; twice as far from each to the next.</summary>
    public const long FirstDelayMilliseconds = 1000;

    private const int StepsMax = 20;

    private readonly long[] _instants = new long[LoopFrom];
    private int _steps;

    /// <summary>Takeovers, since the first that is not forgotten.</summary>
    public long Count { get; private set; }

    /// <summary>When the first of them was.</summary>
    public long FirstAt { get; private set; }

    /// <summary>When the last of them was.</summary>
    public long LastAt { get; private set; }

    /// <summary>Whether the client id is fought over.</summary>
    public bool IsLoop { get; private set; }

    /// <summary>Who had the session before the last takeover.</summary>
    public TakeoverPeer Before { get; private set; }

    /// <summary>Who has had it since.</summary>
    public TakeoverPeer After { get; private set; }

    /// <summary>There was a takeover.</summary>
    /// <returns>Whether it makes a loop of those before it.</returns>
    public bool Note(TakeoverPeer before, TakeoverPeer after, long now)
    {
        if (Count == 0 || IsForgotten(now)) (Count, FirstAt, IsLoop, _steps) = (0, now, false, 0);
        (Before, After, LastAt) = (before, after, now);
        _instants[Count++ % LoopFrom] = now;
        if (IsLoop)
        {
            _steps = Math.Min(_steps + 1, StepsMax);
            return false;
        }
        // The next place is the oldest one's.
        return IsLoop = Count >= LoopFrom && now - _instants[Count % LoopFrom] <= WindowMilliseconds;
    }

    /// <summary>Before this instant there is no other takeover. Only takeovers move it on, not those that wait.</summary>
    /// <param name="delayMax">The longest time between two; 0: they are not slowed down.</param>
    public long NextAt(long delayMax) => IsLoop ? LastAt + Math.Min(FirstDelayMilliseconds << _steps, delayMax) : LastAt;

    public bool IsForgotten(long now) => now - LastAt > QuietMilliseconds;
}
