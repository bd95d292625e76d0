namespace Broker.CrashHarness.Clients;

/// <summary>
/// Says when to kill: after a number of packets that clients received, which is what a seed can choose, or after a time when
/// there are not that many.
/// </summary>
internal sealed class KillClock
{
    private int _left;
    private volatile TaskCompletionSource? _due;

    public void CountPacket()
    {
        if (_due is { } due && Interlocked.Decrement(ref _left) == 0) due.TrySetResult();
    }

    /// <returns>Ends when it is time.</returns>
    public async Task WaitAsync(int packets, TimeSpan longest)
    {
        var due = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _left, packets);
        _due = due;
        using var limit = new CancellationTokenSource(longest);
        await using CancellationTokenRegistration ending = limit.Token.Register(() => due.TrySetResult());
        await due.Task.ConfigureAwait(false);
        _due = null;
    }
}
