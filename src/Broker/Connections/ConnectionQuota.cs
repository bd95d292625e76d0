namespace Broker.Connections;

/// <summary>What a connection has of what is limited. There is none where nothing is.</summary>
internal sealed class ConnectionQuota
{
    private readonly Lock _lock = new();
    private PublishPace? _pace;
    private bool _hasEnded;

    /// <summary>The user whose place it has, or null.</summary>
    public string? UserName { get; set; }

    /// <summary>How fast it may publish; null: as it likes.</summary>
    public PublishPace? Pace => Volatile.Read(ref _pace);

    /// <summary>It has another pace from now on, unless its connection has ended: a reload may come at any time.</summary>
    /// <returns>The pace that is to be given back: the one before, or this one.</returns>
    public PublishPace? Exchange(PublishPace? pace)
    {
        lock (_lock)
        {
            if (_hasEnded) return pace;
            PublishPace? before = _pace;
            Volatile.Write(ref _pace, pace);
            return before;
        }
    }

    /// <summary>Its connection has ended.</summary>
    /// <returns>The pace that is to be given back.</returns>
    public PublishPace? End()
    {
        lock (_lock)
        {
            _hasEnded = true;
            PublishPace? last = _pace;
            Volatile.Write(ref _pace, null);
            return last;
        }
    }
}
