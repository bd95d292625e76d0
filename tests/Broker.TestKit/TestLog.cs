using Broker.TestKit.Processes;
using Microsoft.Extensions.Logging;

namespace Broker.TestKit;

/// <summary>Collects log lines of every level, as text, and those that are our fault.</summary>
internal sealed class TestLog : ILoggerFactory, ILogger
{
    /// <summary>Every line, without time and level.</summary>
    public LogLines Lines { get; } = new();

    private readonly LogLines _errors = new();
    private int _expected;

    /// <summary>Lines of level Error and above, with their exceptions, that were not expected.</summary>
    public IReadOnlyList<string> Errors => [.. _errors.All.Skip(_expected)];

    /// <summary>The errors so far are what the test was about.</summary>
    public void ExpectErrors(int count)
    {
        Xunit.Assert.Equal(count, Errors.Count);
        _expected += count;
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("a test has one log");

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        string line = formatter(state, exception);
        Lines.Add(line);
        if (logLevel >= LogLevel.Error) _errors.Add($"{line} {exception}");
    }

    public void Dispose()
    {
    }
}
