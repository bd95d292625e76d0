using Broker.Persistence;

namespace Broker.Admin;

/// <summary>An answer to an administrator that waits for its commit, as an acknowledgement to a client does.</summary>
internal sealed class CommitWait : ICommitWaiter
{
    /// <summary>How long it waits for a store that is away.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // On the pool: the store's writer has other things to do than to write JSON.
    private readonly TaskCompletionSource _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isGone;

    private CommitWait()
    {
    }

    public bool IsGone => _isGone;

    public void OnCommitted() => _committed.TrySetResult();

    /// <summary>Waits until a ticket is durable.</summary>
    /// <param name="store">Whose ticket.</param>
    /// <param name="ticket">It; 0: there is nothing to wait for.</param>
    /// <param name="time">The clock.</param>
    /// <returns>False: it was not within <see cref="Patience"/>.</returns>
    public static async Task<bool> ForAsync(IStateStore store, long ticket, TimeProvider time)
    {
        CommitWait wait = new();
        if (ticket == 0 || !store.TryWait(ticket, wait)) return true;
        try
        {
            // Also when whoever asked is gone: what was done is written down in the audit log with how it ended.
            await wait._committed.Task.WaitAsync(Patience, time, CancellationToken.None);
            return true;
        }
        catch (TimeoutException)
        {
            wait._isGone = true;
            return false;
        }
    }
}
