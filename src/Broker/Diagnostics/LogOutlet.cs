using System.Globalization;
using Broker.Configuration;

namespace Broker.Diagnostics;

/// <summary>
/// One destination with what it has missed. A full disk or a closed terminal holds up neither the other destinations nor the next
/// line; when it takes lines again, the first one says how many are missing. Used by the log thread only.
/// </summary>
internal sealed class LogOutlet
{
    private readonly ILogSink _sink;
    private long _lost;

    public LogOutlet(ILogSink sink) => _sink = sink;

    /// <summary>Counts lines that never reached this destination.</summary>
    public void AddLost(long lines) => _lost += lines;

    /// <summary>Writes a line, after the confession of what was lost before it.</summary>
    public void Write(LogTypes kind, string timestamp, string text)
    {
        Confess(timestamp);
        if (_lost > 0 || Failure(() => _sink.Write(kind, timestamp, text)) is not null) _lost++;
    }

    /// <summary>Says how many lines were lost, when there are any and it can.</summary>
    public void Confess(string timestamp)
    {
        if (_lost == 0) return;
        string count = _lost.ToString(CultureInfo.InvariantCulture);
        string text = $"{count} log lines were lost: they could not be written, or not fast enough.";
        Exception? failure = Failure(() =>
        {
            _sink.Write(LogTypes.Warning, timestamp, text);
            _sink.Flush();
        });
        if (failure is null) _lost = 0;
    }

    /// <summary>Hands over what is buffered.</summary>
    public void Flush()
    {
        if (Failure(_sink.Flush) is not null) _lost++;
    }

    /// <summary>Opens the destination anew; a sentence for the others when it cannot be.</summary>
    public string? Reopen() => Failure(_sink.Reopen) is { } failure
        ? $"A log file could not be opened anew and the old one is still written: {failure.Message}"
        : null;

    /// <summary>Closes it.</summary>
    public void Close() => Failure(_sink.Dispose);

    private static Exception? Failure(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            return failure;
        }
    }
}
