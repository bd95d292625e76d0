namespace Broker.Persistence.GroupCommit;

/// <summary>Whether the database takes commits, told once a change. Changed by the writer's thread, read by any.</summary>
internal sealed class StoreObserver(StoreOptions options)
{
    private volatile StoreAvailability _availability = StoreAvailability.Available;
    private long _sinceTicks = options.Time.GetUtcNow().UtcTicks;

    public StoreAvailability Availability => _availability;

    public DateTimeOffset Since => new(Volatile.Read(ref _sinceTicks), TimeSpan.Zero);

    public bool IsAvailable => _availability.IsAvailable;

    public Action<Exception>? WaiterFailed { get; } = options.WaiterFailed;

    public Action<StoreLostException>? Lost { get; } = options.Lost;

    public void Failed(Exception exception)
    {
        if (IsAvailable) Change(new StoreAvailability(false, exception.Message));
    }

    public void Recovered()
    {
        if (!IsAvailable) Change(StoreAvailability.Available);
    }

    private void Change(StoreAvailability availability)
    {
        _availability = availability;
        Volatile.Write(ref _sinceTicks, options.Time.GetUtcNow().UtcTicks);
        options.AvailabilityChanged?.Invoke(availability);
    }
}
