using System.Runtime.InteropServices;
using Broker.Connections;
using Broker.Diagnostics;

namespace Broker.Transport;

/// <summary>
/// How many connections the file descriptors of the process are still good for. Without one left the runtime cannot start a
/// thread, and ends the process; so some are kept for the store, files, threads and administrators, and who comes when only
/// those are left is closed. Thread-safe.
/// </summary>
/// <remarks>
/// Connections are counted down as they come; what was given back, and what else was opened, is seen at the next count. Counts
/// are made before the first one, when half of the room is gone, and every second when little is left.
/// </remarks>
#pragma warning disable CA1001 // What it opens is open until the process ends.
internal sealed partial class DescriptorRoom : IHeartbeatListener
#pragma warning restore CA1001
{
    private const int KeptMin = 32;
    private const int KeptMax = 256;
    private const int KeptShare = 16;

    /// <summary>Open from the start, with low numbers: closed when something else has used up the rest.</summary>
    private const int SpareCount = 16;

    /// <summary>Of those besides, so many are free before connections are taken again, if only to be closed.</summary>
    private const int ResumedFrom = 4;

    private const long CountedAgainMilliseconds = 60_000;
    private const long NamedAgainMilliseconds = 10_000;

    /// <summary>Counting takes at most this part of the time.</summary>
    private const int ShareOfTime = 20;

    private readonly DescriptorTable _table;
    private readonly BrokerEngine _engine;
    private readonly Stack<SafeHandle> _spare = new();
    private volatile CancellationTokenSource _accepting = new();
    private volatile TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _limit;
    private long _open;
    private long _room;
    private long _roomWhenCounted;
    private long _countedAt;
    private long _notCountedBefore;
    private long _refusedAt = long.MinValue / 2;
    private long _namedAt = long.MinValue / 2;
    private long _countWhenNamed;
    private long _noneNamedAt = long.MinValue / 2;
    private bool _isFullNamed;
    private int _isRecountWanted = 1;
    private int _isCounting;

    /// <param name="table">The descriptors.</param>
    /// <param name="engine">Its metrics, log and clock.</param>
    public DescriptorRoom(DescriptorTable table, BrokerEngine engine)
    {
        _table = table;
        _engine = engine;
        _resumed.SetResult();
        _limit = table.Limit();
        if (_limit == DescriptorLimit.None)
        {
            _room = _roomWhenCounted = long.MaxValue / 2;
            return;
        }
        OpenSpare();
        TryCount(engine.CoarseMilliseconds);
        engine.Metrics.ObserveDescriptors(() => Volatile.Read(ref _open), () => Volatile.Read(ref _limit));
        engine.Heartbeat.Register(this);
    }

    /// <summary>Is cancelled when nothing must be accepted; then <see cref="Resumed"/> says when it may again.</summary>
    public CancellationToken Accepting => _accepting.Token;

    /// <summary>Done: connections may be accepted.</summary>
    public Task Resumed => _resumed.Task;

    /// <summary>How many are kept from clients.</summary>
    private long Kept => Math.Clamp(_limit / KeptShare, KeptMin, KeptMax);

    /// <summary>A connection was accepted: may it stay.</summary>
    /// <param name="isOperators">It came to an admin listener, which has half of what is kept.</param>
    public bool TryTake(bool isOperators)
    {
        // What the start opened is not a connection. Once, while there are few to count.
        if (Volatile.Read(ref _isRecountWanted) != 0 && Interlocked.Exchange(ref _isRecountWanted, 0) != 0) CountFirst();
        if (Interlocked.Decrement(ref _room) >= (isOperators ? -Kept / 2 : 0)) return true;
        Interlocked.Increment(ref _room);
        Refused();
        return false;
    }

    public void OnTick(long nowMilliseconds)
    {
        long limit = _table.Limit();
        bool hasChanged = limit != Volatile.Read(ref _limit);
        if (hasChanged) Volatile.Write(ref _limit, limit);
        bool hasNone = (hasChanged || IsCountDue(nowMilliseconds)) && nowMilliseconds >= _notCountedBefore
            ? !TryCount(nowMilliseconds)
            : !CanOpen();
        if (hasChanged) Log.LimitChanged(_engine.Logger, limit, Math.Max(0, Volatile.Read(ref _room)));
        if (hasNone) Stop(nowMilliseconds);
        else if (!Resumed.IsCompleted && limit - _open > SpareCount + ResumedFrom && CanOpen()) Resume();
        if (!_isFullNamed || Volatile.Read(ref _room) <= 0) return;
        if (nowMilliseconds - Volatile.Read(ref _refusedAt) < NamedAgainMilliseconds) return;
        _isFullNamed = false;
        Log.HasRoom(_engine.Logger, Volatile.Read(ref _room));
    }

    private bool IsCountDue(long now)
    {
        long room = Volatile.Read(ref _room);
        return room <= Kept || room < _roomWhenCounted / 2 || !Resumed.IsCompleted
            || now - _countedAt >= CountedAgainMilliseconds;
    }

    private bool CanOpen()
    {
        using SafeHandle? probe = _table.TryOpen();
        return probe is not null;
    }

    private void CountFirst()
    {
        if (_limit != DescriptorLimit.None) TryCount(_engine.CoarseMilliseconds);
    }

    private bool TryCount(long now)
    {
        if (Interlocked.Exchange(ref _isCounting, 1) != 0) return true;
        bool isAnyLeft = Count(now);
        Volatile.Write(ref _isCounting, 0);
        return isAnyLeft;
    }

    private bool Count(long now)
    {
        long startedAt = _engine.Time.GetTimestamp();
        long before = Volatile.Read(ref _room);
        if (_table.Count() is not { } open) return false;
        // Who came while they were counted is taken off: they may have been missed.
        _roomWhenCounted = _limit - open - Kept;
        Interlocked.Add(ref _room, _roomWhenCounted - before);
        Volatile.Write(ref _open, open);
        _countedAt = now;
        _notCountedBefore = now + (long)(_engine.Time.GetElapsedTime(startedAt).TotalMilliseconds * ShareOfTime);
        return open < _limit;
    }

    // Kestrel tries again at once when a connection cannot be accepted, which keeps a thread that moves bytes busy for nothing.
    private void Stop(long now)
    {
        if (!Resumed.IsCompleted) return;
        _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        CloseSpare();
        _accepting.Cancel();
        _isFullNamed = true;
        Volatile.Write(ref _refusedAt, now);
        if (now - _noneNamedAt < NamedAgainMilliseconds) return;
        _noneNamedAt = now;
        Log.NoneLeft(_engine.Logger, _limit);
    }

    private void Resume()
    {
        OpenSpare();
        _accepting = new CancellationTokenSource();
        _resumed.SetResult();
    }

    private void OpenSpare()
    {
        while (_spare.Count < SpareCount && _table.TryOpen() is { } spare) _spare.Push(spare);
    }

    private void CloseSpare()
    {
        while (_spare.TryPop(out SafeHandle? spare)) spare.Dispose();
    }

    private void Refused()
    {
        BrokerMetrics metrics = _engine.Metrics;
        metrics.LimitMet(LimitKind.FileDescriptors);
        metrics.ConnectionRefused();
        long now = _engine.CoarseMilliseconds;
        Volatile.Write(ref _refusedAt, now);
        long before = Volatile.Read(ref _namedAt);
        if (now - before < NamedAgainMilliseconds || Interlocked.CompareExchange(ref _namedAt, now, before) != before) return;
        _isFullNamed = true;
        long count = metrics.LimitsMet(LimitKind.FileDescriptors);
        long more = count - 1 - Interlocked.Exchange(ref _countWhenNamed, count);
        Log.Full(_engine.Logger, Volatile.Read(ref _limit), Kept, Math.Max(0, more));
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.DescriptorsFull, LogLevel.Warning,
            "Unable to accept new connection, system socket count has been exceeded: of {Limit} file descriptors only the "
            + "{Kept} that are kept for the store, files and administrators are left. New connections are closed ({More} more "
            + "since this was last said). Try increasing \"ulimit -n\", LimitNOFILE= of a unit, or --ulimit nofile= of a "
            + "container.")]
        internal static partial void Full(ILogger logger, long limit, long kept, long more);

        [LoggerMessage(EventIds.DescriptorsNone, LogLevel.Error,
            "No file descriptor can be had, of {Limit} that the process may have or of the machine (fs.file-max): new "
            + "connections wait. Clients that are connected are served.")]
        internal static partial void NoneLeft(ILogger logger, long limit);

        [LoggerMessage(EventIds.DescriptorsFree, LogLevel.Warning,
            "There are file descriptors for {Room} more connections: new ones are accepted again.")]
        internal static partial void HasRoom(ILogger logger, long room);

        [LoggerMessage(EventIds.DescriptorLimitChanged, LogLevel.Information,
            "The process may have {Limit} file descriptors from now on, which is room for {Room} more connections.")]
        internal static partial void LimitChanged(ILogger logger, long limit, long room);
    }
}
