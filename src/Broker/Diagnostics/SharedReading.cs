namespace Broker.Diagnostics;

/// <summary>
/// A reading that costs something, done once for all who ask within half a second; one that takes long is good for longer, so
/// that it never keeps more than a twentieth of a processor busy.
/// </summary>
/// <param name="read">Reads. May be called by any thread, one at a time.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedReading<T>(Func<T> read, TimeProvider time)
{
    private const int ShareOfTime = 20;

    private static readonly TimeSpan GoodForAtLeast = TimeSpan.FromSeconds(0.5);

    private readonly Lock _lock = new();
    private T _value = default!;
    private bool _hasValue;
    private long _readAt;
    private TimeSpan _goodFor;
    private TimeSpan _takenBefore;

    public T Value
    {
        get
        {
            lock (_lock)
            {
                if (_hasValue && time.GetElapsedTime(_readAt) < _goodFor) return _value;
                _readAt = time.GetTimestamp();
                _value = read();
                _hasValue = true;
                // Slow once, as the first time is, does not count.
                TimeSpan taken = time.GetElapsedTime(_readAt);
                TimeSpan rest = (taken < _takenBefore ? taken : _takenBefore) * ShareOfTime;
                _goodFor = rest > GoodForAtLeast ? rest : GoodForAtLeast;
                _takenBefore = taken;
                return _value;
            }
        }
    }
}
