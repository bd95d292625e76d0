namespace Broker.Diagnostics;

/// <summary>
/// One tick a second for everything periodic: keep-alive, expiry, will delay. Nobody has a timer of their own.
/// </summary>
internal sealed class Heartbeat : IDisposable
{
    /// <summary>Time between two ticks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>No tick is done for so long: something that is asked every second does not come back.</summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(15);

    /// <summary>
    /// A tick that is later than this comes from a process that was not run. What clients sent meanwhile is not read yet: of
    /// that time one period counts, or those with a short keep-alive would be thrown out for a silence that was the broker's.
    /// </summary>
    private static readonly TimeSpan CountedMax = Period * 1.5;

    private readonly TimeProvider _time;
    private readonly Action<TimeSpan>? _onDelay;
    private readonly Lock _lock = new();
    private readonly List<IHeartbeatListener> _listeners = [];
    private readonly ITimer _timer;
    private long _tickedMilliseconds;
    private long _nowMilliseconds;
    private long _doneMilliseconds;
    private int _isTicking;

    /// <param name="time">The clock.</param>
    /// <param name="onDelay">Is told how much later than it was due each tick began.</param>
    public Heartbeat(TimeProvider time, Action<TimeSpan>? onDelay = null)
    {
        _onDelay = onDelay;
        _time = time;
        _nowMilliseconds = _tickedMilliseconds = _doneMilliseconds = MonotonicMilliseconds();
        _timer = time.CreateTimer(static state => ((Heartbeat)state!).Tick(), this, Period, Period);
    }

    /// <summary>
    /// Monotonic clock of the last tick, milliseconds: up to a second old, free to read. It stands still while the process does.
    /// </summary>
    public long CoarseMilliseconds => Volatile.Read(ref _nowMilliseconds);

    /// <summary>Whether the last tick was done in time: periodic work goes on.</summary>
    public bool IsBeating => MonotonicMilliseconds() - Volatile.Read(ref _doneMilliseconds) < (long)StuckAfter.TotalMilliseconds;

    /// <summary>Registers for every tick, for good.</summary>
    public void Register(IHeartbeatListener listener)
    {
        lock (_lock) _listeners.Add(listener);
    }

    public void Dispose() => _timer.Dispose();

    private void Tick()
    {
        // The clock goes on while a tick takes its time, or clients would seem to have been silent.
        long now = MoveOn(out TimeSpan passed);
        _onDelay?.Invoke(passed - Period);
        // A slow tick is not overtaken by the next one.
        if (Interlocked.Exchange(ref _isTicking, 1) == 1) return;
        try
        {
            IHeartbeatListener[] listeners;
            lock (_lock) listeners = [.. _listeners];
            foreach (IHeartbeatListener listener in listeners) listener.OnTick(now);
        }
        finally
        {
            Volatile.Write(ref _doneMilliseconds, MonotonicMilliseconds());
            Volatile.Write(ref _isTicking, 0);
        }
    }

    private long MoveOn(out TimeSpan passed)
    {
        lock (_lock)
        {
            long now = MonotonicMilliseconds();
            passed = TimeSpan.FromMilliseconds(now - _tickedMilliseconds);
            _tickedMilliseconds = now;
            TimeSpan counted = passed <= CountedMax ? passed : Period;
            Volatile.Write(ref _nowMilliseconds, _nowMilliseconds + (long)counted.TotalMilliseconds);
            return _nowMilliseconds;
        }
    }

    private long MonotonicMilliseconds() => _time.GetTimestamp() / (_time.TimestampFrequency / 1000);
}
