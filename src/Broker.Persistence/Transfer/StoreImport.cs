namespace Broker.Persistence.Transfer;

/// <summary>
/// Fills an empty store from an export, streamed: no more is in memory than what waits for the next commit. All of it is there
/// afterwards or nothing: until the end the store says that it is half imported, and no broker opens it.
/// </summary>
public static class StoreImport
{
    /// <summary>Reads all lines and commits what they say.</summary>
    /// <param name="location">Where the store is, or will be.</param>
    /// <param name="input">The lines.</param>
    /// <param name="rules">What the protocol says.</param>
    /// <param name="cancellationToken">Gives up; the store is empty afterwards.</param>
    /// <exception cref="TransferException">It cannot be done. The store is empty, as it was.</exception>
    public static async Task<TransferCounts> RunAsync(
        string location, Stream input, TopicRules rules, CancellationToken cancellationToken = default)
    {
        ImportTarget target = new();
        StoreOpening opening = StateStores.Open(target.OptionsFor(location));
        if (!opening.IsOpen) throw new TransferException(opening.Trouble.Sentence);
        bool isDone = false;
        try
        {
            using DurableStateStore store = opening.Store;
            target.Store = store;
            TransferCounts counts = await new FactImport(target, rules).RunAsync(input, cancellationToken).ConfigureAwait(false);
            await target.CommitAsync(cancellationToken).ConfigureAwait(false);
            await CheckAsync(store, counts, cancellationToken).ConfigureAwait(false);
            store.EndImport();
            isDone = true;
            return counts;
        }
        finally
        {
            if (!isDone) Empty(location);
        }
    }

    /// <summary>Opening it for an import removes what half of one has left.</summary>
    private static void Empty(string location)
    {
        StoreOpening opening = StateStores.Open(new ImportTarget().OptionsFor(location));
        if (!opening.IsOpen) return;
        using DurableStateStore store = opening.Store;
        store.EndImport();
    }

    /// <summary>What was committed is what was read; that it is not would be our own mistake.</summary>
    private static async Task CheckAsync(DurableStateStore store, TransferCounts counts, CancellationToken cancellationToken)
    {
        Loading.StoredState state = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (state.ConfigureAwait(false))
        {
            TransferCounts stored = await state.ReadCountsAsync(cancellationToken).ConfigureAwait(false);
            if (stored != counts)
                throw new TransferException($"The file has {counts}, but the store has {stored}; the store is left empty.");
        }
    }
}
