using Broker.Persistence.Changes;

namespace Broker.Persistence.Transfer;

/// <summary>Where the facts of an import go: changes are appended, and who reads waits when too much is pending.</summary>
internal sealed class ImportTarget : ICommitWaiter
{
    /// <summary>Bytes that may wait for a commit.</summary>
    private const long PendingBytesMax = 32 * 1024 * 1024;

    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastTicket;

    public DurableStateStore? Store { get; set; }

    public StoreOptions OptionsFor(string location) => new()
    {
        Location = location,
        IsImport = true,
        AvailabilityChanged = Tell,
        Lost = lost => _failed.TrySetException(new TransferException(lost.Message)),
    };

    /// <summary>Takes a change.</summary>
    public void Append(StateChange change) => _lastTicket = Store!.Append(change);

    /// <summary>Changes that are in one commit.</summary>
    public void Append(List<StateChange> changes)
    {
        Store!.BeginGroup();
        foreach (StateChange change in changes) Append(change);
        Store.EndGroup();
    }

    /// <summary>Waits if much is pending.</summary>
    public ValueTask PaceAsync(CancellationToken cancellationToken) =>
        Store!.PendingBytes < PendingBytesMax ? default : new ValueTask(CommitAsync(cancellationToken));

    /// <summary>Waits until everything so far is committed.</summary>
    /// <exception cref="TransferException">The database takes no commits.</exception>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        _committed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!Store!.TryWait(_lastTicket, this)) return;
        Task first = await Task.WhenAny(_committed.Task, _failed.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
        await first.ConfigureAwait(false);
    }

    public void OnCommitted() => _committed.TrySetResult();

    private void Tell(StoreAvailability availability)
    {
        if (!availability.IsAvailable)
            _failed.TrySetException(new TransferException($"The store takes no commits: {availability.Reason}"));
    }
}
