using System.Threading.Channels;
using Broker.Configuration;

namespace Broker.Diagnostics;

/// <summary>
/// Log lines wait here for one thread that writes them: a terminal or disk that stands still must not hold up a thread that
/// serves sockets. When it is full the oldest lines go, and how many went is said.
/// </summary>
internal sealed class LogQueue : IDisposable
{
    private const int Capacity = 8192;

    private readonly Channel<Line> _lines;
    private readonly LoggingOptions _options;
    private readonly IReadOnlyList<ILogSink> _sinks;
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private long _lost;
    private int _isReopenWanted;

    public LogQueue(LoggingOptions options, TimeProvider time, IReadOnlyList<ILogSink> sinks)
    {
        _time = time;
        _options = options;
        _sinks = sinks;
        _lines = Channel.CreateBounded<Line>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _lost));
        _thread = new Thread(Run) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    /// <summary>Takes a line. Never blocks.</summary>
    public void Add(LogTypes kind, DateTimeOffset now, string text) => _lines.Writer.TryWrite(new Line(kind, now, text));

    /// <summary>Asks for the destinations to be opened anew before the next line.</summary>
    public void Reopen() => Volatile.Write(ref _isReopenWanted, 1);

    /// <summary>Writes what waits and ends.</summary>
    public void Dispose()
    {
        _lines.Writer.Complete();
        _thread.Join(TimeSpan.FromSeconds(2));
        foreach (ILogSink sink in _sinks) sink.Dispose();
    }

    private void Run()
    {
        ChannelReader<Line> reader = _lines.Reader;
        using var arrived = new ManualResetEventSlim();
        while (WaitForLines(reader, arrived))
        {
            try
            {
                if (Interlocked.Exchange(ref _isReopenWanted, 0) == 1) ForEach(static sink => sink.Reopen());
                while (reader.TryRead(out Line line)) Write(in line);
                ReportLost();
                ForEach(static sink => sink.Flush());
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                // A full disk or a closed terminal: these lines are lost and counted, the next ones try again.
                Interlocked.Increment(ref _lost);
            }
        }
    }

    private void ReportLost()
    {
        if (Interlocked.Exchange(ref _lost, 0) is not (> 0 and var lost)) return;
        string text = $"{lost} log lines were lost: they came faster than they could be written.";
        Write(new Line(LogTypes.Warning, _time.GetUtcNow(), text));
    }

    private static bool WaitForLines(ChannelReader<Line> reader, ManualResetEventSlim arrived)
    {
        ValueTask<bool> wait = reader.WaitToReadAsync();
        Task<bool> task = wait.AsTask();
        if (!task.IsCompleted)
        {
            arrived.Reset();
            task.GetAwaiter().OnCompleted(arrived.Set);
            arrived.Wait();
        }
        return task.IsCompletedSuccessfully && task.GetAwaiter().GetResult();
    }

    private void Write(in Line line)
    {
        string timestamp = LogTimestamp.Of(line.Now, _options);
        foreach (ILogSink sink in _sinks) sink.Write(line.Kind, timestamp, line.Text);
    }

    private void ForEach(Action<ILogSink> action)
    {
        foreach (ILogSink sink in _sinks) action(sink);
    }

    private readonly record struct Line(LogTypes Kind, DateTimeOffset Now, string Text);
}
