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

    /// <summary>Whether clients are served, with or without the store.</summary>
    public bool IsServing => _isServing;

    /// <summary>Whether the store takes commits.</summary>
    public bool IsStoreUp => !_isStoreAway;

    /// <summary>What it is not ready for want of, in words; null: it is ready.</summary>
    public string? Missing => (_isServing, _isStoreAway) switch
    {
        (true, false) => null,
        (true, true) => "the store takes no commits",
        (false, false) => "the listeners are not open",
        _ => "the listeners are not open, and the store takes no commits",
    };

    /// <summary>The listeners were opened, or are being closed.</summary>
    public void ListenersAre(bool open) => _isServing = open;

    /// <summary>The store takes commits, or does not.</summary>
    public void StoreIs(bool available) => _isStoreAway = !available;
}
