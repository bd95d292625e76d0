namespace Broker.Diagnostics;

/// <summary>A reading that costs something, done once for all who ask within half a second.</summary>
/// <param name="read">Reads. May be called by any thread, one at a time.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedReading<T>(Func<T> read, TimeProvider time)
    where T : struct
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(0.5);

    private readonly Lock _lock = new();
    private T? _value;
    private long _readAt;

    public T Value
    {
        get
        {
            lock (_lock)
            {
                if (_value is { } value && time.GetElapsedTime(_readAt) < GoodFor) return value;
                _readAt = time.GetTimestamp();
                return (_value = read()).Value;
            }
        }
    }
}
