using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Broker.Diagnostics;

/// <summary>
/// One who follows a trace. What happens is put where he finds it, up to so much a second and so much at a time; the rest is left
/// out and counted, so that nobody waits for him. Written to by any thread; read by one.
/// </summary>
internal sealed class TraceViewer
{
    /// <summary>Events that were not read yet, at most.</summary>
    public const int WaitingMax = 1024;

    private readonly TraceFilter _filter;
    private readonly int _rate;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    // Null: nothing but a sign that something was left out.
    private readonly Channel<TraceEvent?> _waiting = Channel.CreateBounded<TraceEvent?>(
        new BoundedChannelOptions(WaitingMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private Task<bool>? _hasMore;
    private long _windowBegan;
    private int _inWindow;
    private long _leftOut;
    private long _reportedAt;

    /// <param name="filter">What he follows.</param>
    /// <param name="rate">Events a second, at most.</param>
    /// <param name="time">The clock.</param>
    public TraceViewer(TraceFilter filter, int rate, TimeProvider time)
    {
        (_filter, _rate, _time) = (filter, rate, time);
        _windowBegan = _reportedAt = time.GetTimestamp();
    }

    /// <summary>Takes an event, if it is wanted and there is room. Never waits.</summary>
    public void Offer(TraceEvent happened)
    {
        if (!_filter.Wants(happened)) return;
        // Order is kept by the lock: who offers first is read first.
        lock (_lock)
        {
            if (MayPass() && _waiting.Writer.TryWrite(happened)) return;
            if (_leftOut++ == 0) _waiting.Writer.TryWrite(null);
        }
    }

    /// <summary>Takes what is there to read.</summary>
    public bool TryRead([NotNullWhen(true)] out TraceEvent? happened)
    {
        while (_waiting.Reader.TryRead(out happened))
        {
            if (happened is not null) return true;
        }
        return false;
    }

    /// <summary>How many were left out since it was asked last; 0 also when that was less than a second ago.</summary>
    public long TakeLeftOut()
    {
        if (_time.GetElapsedTime(_reportedAt) < TimeSpan.FromSeconds(1)) return 0;
        lock (_lock)
        {
            if (_leftOut == 0) return 0;
            _reportedAt = _time.GetTimestamp();
            return Interlocked.Exchange(ref _leftOut, 0);
        }
    }

    /// <summary>Ends when there is something to read, or to tell about what was left out.</summary>
    public async Task<bool> WaitToReadAsync(CancellationToken token)
    {
        _hasMore ??= _waiting.Reader.WaitToReadAsync(token).AsTask();
        if (Interlocked.Read(ref _leftOut) > 0)
        {
            using CancellationTokenSource read = CancellationTokenSource.CreateLinkedTokenSource(token);
            await Task.WhenAny(_hasMore, Task.Delay(TimeSpan.FromSeconds(1), _time, read.Token));
            await read.CancelAsync();
            if (!_hasMore.IsCompleted) return !token.IsCancellationRequested;
        }
        bool hasMore = await _hasMore;
        _hasMore = null;
        return hasMore;
    }

    /// <summary>It is over: there will be nothing more to read.</summary>
    public void End() => _waiting.Writer.TryComplete();

    private bool MayPass()
    {
        if (_time.GetElapsedTime(_windowBegan) >= TimeSpan.FromSeconds(1))
        {
            _windowBegan = _time.GetTimestamp();
            _inWindow = 0;
        }
        if (_inWindow == _rate) return false;
        _inWindow++;
        return true;
    }
}
