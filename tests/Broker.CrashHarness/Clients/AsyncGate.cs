namespace Broker.CrashHarness.Clients;

/// <summary>Open or closed; clients wait until it is open.</summary>
internal sealed class AsyncGate
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _opened = New();

    public bool IsOpen
    {
        get { lock (_lock) return _opened.Task.IsCompletedSuccessfully; }
    }

    public void Open()
    {
        lock (_lock) _opened.TrySetResult();
    }

    public void Close()
    {
        lock (_lock)
            if (_opened.Task.IsCompleted)
                _opened = New();
    }

    public Task WaitAsync(CancellationToken end)
    {
        lock (_lock) return _opened.Task.WaitAsync(end);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
