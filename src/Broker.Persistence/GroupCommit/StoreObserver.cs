namespace Broker.Persistence.GroupCommit;

/// <summary>Whether the database takes commits, told once a change. Changed by the writer's thread, read by any.</summary>
internal sealed class StoreObserver(StoreOptions options)
{
    /// <summary>What keeps it away may become something else: that is told too, so seldom that no reason is a flood.</summary>
    private static readonly TimeSpan ToldAgain = TimeSpan.FromSeconds(5);

    private volatile StoreAvailability _availability = StoreAvailability.Available;
    private long _sinceTicks = options.Time.GetUtcNow().UtcTicks;
    private string? _told;
    private long _toldAt;

    public StoreAvailability Availability => _availability;

    public DateTimeOffset Since => new(Volatile.Read(ref _sinceTicks), TimeSpan.Zero);

    public bool IsAvailable => _availability.IsAvailable;

    public Action<Exception>? WaiterFailed { get; } = options.WaiterFailed;

    public Action<StoreLostException>? Lost { get; } = options.Lost;

    public void Failed(Exception exception)
    {
        string reason = exception is StoreNotWrittenException { Reason: var given } ? given : exception.Message;
        StoreAvailability now = new(false, exception.Message);
        if (IsAvailable)
        {
            _told = reason;
            Change(now);
            return;
        }
        if (reason == _told || options.Time.GetElapsedTime(_toldAt) < ToldAgain) return;
        _availability = now;
        _told = reason;
        _toldAt = options.Time.GetTimestamp();
        options.ReasonChanged?.Invoke(exception.Message);
    }

    public void Recovered()
    {
        if (!IsAvailable) Change(StoreAvailability.Available);
    }

    private void Change(StoreAvailability availability)
    {
        _availability = availability;
        Volatile.Write(ref _sinceTicks, options.Time.GetUtcNow().UtcTicks);
        _toldAt = options.Time.GetTimestamp();
        options.AvailabilityChanged?.Invoke(availability);
    }
}
