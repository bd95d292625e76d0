namespace Broker.Diagnostics;

/// <summary>
/// Whether the broker can do what it promises: its listeners are open and its store takes commits. Read and told by any thread.
/// </summary>
internal sealed class Readiness
{
    private volatile bool _isServing;
    private volatile bool _isStoreAway;

    /// <summary>Ready: a load balancer may send clients here.</summary>
    public bool IsReady => _isServing && !_isStoreAway;

    /// <summary>The listeners were opened, or are being closed.</summary>
    public void ListenersAre(bool open) => _isServing = open;

    /// <summary>The store takes commits, or does not.</summary>
    public void StoreIs(bool available) => _isStoreAway = !available;
}
