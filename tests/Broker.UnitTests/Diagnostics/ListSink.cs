using Broker.Configuration;
using Broker.Diagnostics;

namespace Broker.UnitTests.Diagnostics;

/// <summary>Keeps the lines; can be made to stand still or to fail.</summary>
internal sealed class ListSink : ILogSink
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];

    /// <summary>Closed: a write stands still until it is opened.</summary>
    public ManualResetEventSlim Gate { get; } = new(true);

    /// <summary>Set when a write has begun.</summary>
    public ManualResetEventSlim Entered { get; } = new(false);

    /// <summary>What every write throws, or null.</summary>
    public volatile Exception? Failure;

    public int Reopened { get; private set; }

    public List<LogTypes> Kinds { get; } = [];

    public IReadOnlyList<string> Lines
    {
        get { lock (_lock) return [.. _lines]; }
    }

    public void Write(LogTypes kind, string timestamp, string text)
    {
        Entered.Set();
        Gate.Wait();
        if (Failure is { } failure) throw failure;
        lock (_lock)
        {
            _lines.Add(timestamp + text);
            Kinds.Add(kind);
        }
    }

    public void Flush()
    {
    }

    public void Reopen()
    {
        Reopened++;
        if (Failure is { } failure) throw failure;
    }

    public void Dispose()
    {
        Gate.Dispose();
        Entered.Dispose();
    }
}
