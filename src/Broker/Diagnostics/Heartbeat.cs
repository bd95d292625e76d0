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

    private readonly TimeProvider _time;
    private readonly Action<TimeSpan>? _onDelay;
    private readonly Lock _lock = new();
    private readonly List<IHeartbeatListener> _listeners = [];
    private readonly ITimer _timer;
    private long _nowMilliseconds;
    private long _doneMilliseconds;
    private int _isTicking;

    /// <param name="time">The clock.</param>
    /// <param name="onDelay">Is told how much later than it was due each tick began.</param>
    public Heartbeat(TimeProvider time, Action<TimeSpan>? onDelay = null)
    {
        _onDelay = onDelay;
        _time = time;
        _nowMilliseconds = _doneMilliseconds = MonotonicMilliseconds();
        _timer = time.CreateTimer(static state => ((Heartbeat)state!).Tick(), this, Period, Period);
    }

    /// <summary>Monotonic clock of the last tick, milliseconds: up to a second old, free to read.</summary>
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
        long now = MonotonicMilliseconds();
        _onDelay?.Invoke(TimeSpan.FromMilliseconds(now - Volatile.Read(ref _nowMilliseconds)) - Period);
        Volatile.Write(ref _nowMilliseconds, now);
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

    private long MonotonicMilliseconds() => _time.GetTimestamp() / (_time.TimestampFrequency / 1000);
}
