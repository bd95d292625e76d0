using System.Threading.Channels;
using Broker.Configuration;

namespace Broker.Diagnostics;

/// <summary>
/// Log lines wait here for one thread that writes them: a terminal or disk that stands still must not hold up a thread that
/// serves sockets. When it is full the oldest lines go, and how many went is said.
/// </summary>
internal sealed class LogQueue : IDisposable
{
    /// <summary>Lines that may wait.</summary>
    public const int Capacity = 8192;

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);

    private readonly Channel<Line> _lines;
    private LogOutlet[] _outlets;
    private readonly TimeProvider _time;
    private readonly AutoResetEvent _arrived = new(false);
    private readonly Thread _thread;
    private LogTimestamp _timestamp;
    private Destinations? _next;
    private long _lost;
    private bool _isReopenWanted;
    private bool _isIdle;
    private volatile bool _isEnding;

    public LogQueue(LoggingOptions options, TimeProvider time, IReadOnlyList<ILogSink> sinks)
    {
        _outlets = [.. sinks.Select(sink => new LogOutlet(sink))];
        _time = time;
        _timestamp = new LogTimestamp(options);
        _lines = Channel.CreateBounded<Line>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            Forget);
        _thread = new Thread(Run) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    /// <summary>Takes a line. Never waits; after the end it takes none.</summary>
    public void Add(LogTypes kind, DateTimeOffset now, string text)
    {
        _lines.Writer.TryWrite(new Line(kind, now, text, null));
        Wake();
    }

    /// <summary>Asks for the destinations to be opened anew before the next line.</summary>
    public void Reopen()
    {
        Volatile.Write(ref _isReopenWanted, true);
        Wake();
    }

    /// <summary>From the next line on lines go to other destinations; those of before are closed.</summary>
    public void Replace(LoggingOptions options, IReadOnlyList<ILogSink> sinks)
    {
        Destinations next = new([.. sinks.Select(sink => new LogOutlet(sink))], new LogTimestamp(options));
        // Those that were never used, when two replacements follow each other at once.
        if (Interlocked.Exchange(ref _next, next) is { } unused) unused.Close();
        Wake();
    }

    /// <summary>Waits until everything that was added before is written, or for two seconds when it cannot be.</summary>
    public void Flush()
    {
        using ManualResetEvent written = new(false);
        _lines.Writer.TryWrite(new Line(LogTypes.None, default, "", written));
        Wake();
        written.WaitOne(EndPatience);
    }

    /// <summary>Writes what waits and ends; gives up after two seconds. Threads that still log meanwhile do no harm.</summary>
    public void Dispose()
    {
        if (_isEnding) return;
        _lines.Writer.Complete();
        _isEnding = true;
        // Not disposed: somebody may be about to set it.
        _arrived.Set();
        // A destination that stands still for so long is left to the end of the process.
        if (!_thread.Join(EndPatience)) return;
        foreach (LogOutlet outlet in _outlets) outlet.Close();
        Interlocked.Exchange(ref _next, null)?.Close();
    }

    private void Run()
    {
        while (true)
        {
            bool isLastRound = _isEnding;
            if (Volatile.Read(ref _isReopenWanted)) ReopenOutlets();
            if (Interlocked.Exchange(ref _next, null) is { } next) Use(next);
            while (_lines.Reader.TryRead(out Line line)) Take(in line);
            FlushOutlets();
            if (isLastRound) return;
            WaitForMore();
        }
    }

    private void WaitForMore()
    {
        // First the sign that this thread sleeps, then a last look: a line that comes between them wakes it again.
        Interlocked.Exchange(ref _isIdle, true);
        bool hasOrders = Volatile.Read(ref _isReopenWanted) || Volatile.Read(ref _next) is not null;
        if (_lines.Reader.TryPeek(out _) || hasOrders || _isEnding) return;
        _arrived.WaitOne();
    }

    private void Wake()
    {
        // A thread that is busy looks again by itself: only one caller pays for waking it.
        if (Volatile.Read(ref _isIdle) && Interlocked.Exchange(ref _isIdle, false)) _arrived.Set();
    }

    private void Take(in Line line)
    {
        if (line.Written is { } written)
        {
            FlushOutlets();
            written.Set();
            return;
        }
        AccountLost();
        string timestamp = _timestamp.Of(line.Now);
        foreach (LogOutlet outlet in _outlets) outlet.Write(line.Kind, timestamp, line.Text);
        if (line.Kind == LogTypes.Error) FlushOutlets();
    }

    private void FlushOutlets()
    {
        foreach (LogOutlet outlet in _outlets) outlet.Flush();
    }

    private void AccountLost()
    {
        long lost = Interlocked.Exchange(ref _lost, 0);
        if (lost == 0) return;
        foreach (LogOutlet outlet in _outlets) outlet.AddLost(lost);
    }

    private void ReopenOutlets()
    {
        Volatile.Write(ref _isReopenWanted, false);
        foreach (LogOutlet outlet in _outlets)
        {
            if (outlet.Reopen() is { } trouble)
                Take(new Line(LogTypes.Warning, _time.GetUtcNow(), LogText.OneLine(trouble), null));
        }
    }

    private void Use(Destinations next)
    {
        FlushOutlets();
        foreach (LogOutlet outlet in _outlets) outlet.Close();
        (_outlets, _timestamp) = (next.Outlets, next.Timestamp);
    }

    private void Forget(Line line)
    {
        line.Written?.Set();
        Interlocked.Increment(ref _lost);
    }

    /// <summary>A line, or with <paramref name="Written"/> a mark in the queue that tells when it is reached.</summary>
    private readonly record struct Line(LogTypes Kind, DateTimeOffset Now, string Text, ManualResetEvent? Written);

    private sealed record Destinations(LogOutlet[] Outlets, LogTimestamp Timestamp)
    {
        public void Close()
        {
            foreach (LogOutlet outlet in Outlets) outlet.Close();
        }
    }
}
