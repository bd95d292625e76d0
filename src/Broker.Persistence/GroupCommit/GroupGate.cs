namespace Broker.Persistence.GroupCommit;

/// <summary>
/// Keeps changes together that must be in one commit: while a group is open the writer does not take what is pending. Groups are
/// short (one message is routed) and many may be open at once; who comes while the writer takes waits for that moment.
/// </summary>
internal sealed class GroupGate
{
    [ThreadStatic]
    private static int _depth;

    private int _open;
    private volatile bool _isClosed;

    /// <summary>Opens a group on this thread; groups within it belong to it.</summary>
    public void Enter()
    {
        if (_depth++ > 0) return;
        SpinWait spin = default;
        while (true)
        {
            Interlocked.Increment(ref _open);
            if (!_isClosed) return;
            Interlocked.Decrement(ref _open);
            while (_isClosed) spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    /// <summary>Closes the group of this thread.</summary>
    public void Leave()
    {
        if (--_depth == 0) Interlocked.Decrement(ref _open);
    }

    /// <summary>Waits until no group is open and lets none begin. The writer's thread only, and never within a group.</summary>
    public void Close()
    {
        _isClosed = true;
        Interlocked.MemoryBarrier();
        SpinWait spin = default;
        while (Volatile.Read(ref _open) != 0) spin.SpinOnce(sleep1Threshold: -1);
    }

    /// <summary>Groups may begin again.</summary>
    public void Open() => _isClosed = false;
}
