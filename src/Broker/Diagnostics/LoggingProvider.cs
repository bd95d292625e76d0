using System.Globalization;
using System.Text;
using Broker.Configuration;

namespace Broker.Diagnostics;

/// <summary>What opening the log gave: exactly one of the two is set.</summary>
internal readonly record struct LoggingProviderResult(LoggingProvider? Provider, string? Error);

/// <summary>Writes log events as mosquitto's lines.</summary>
internal sealed class LoggingProvider : ILoggerProvider
{
    private readonly LoggingOptions _options;
    private readonly TimeProvider _time;
    private readonly LogQueue _queue;

    private LoggingProvider(LoggingOptions options, TimeProvider time, IReadOnlyList<ILogSink> sinks)
    {
        _options = options;
        _time = time;
        _queue = new LogQueue(options, time, sinks);
    }

    /// <summary>Opens every destination.</summary>
    public static LoggingProviderResult Open(LoggingOptions options, TimeProvider time)
    {
        List<ILogSink> sinks = [];
        foreach (LogDestination destination in options.Destinations)
        {
            try
            {
                sinks.Add(Open(destination, options));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                foreach (ILogSink sink in sinks) sink.Dispose();
                return new LoggingProviderResult(null, FileTrouble.Describe("log file", destination.Path!, exception));
            }
        }
        return new LoggingProviderResult(new LoggingProvider(options, time, sinks), null);
    }

    /// <summary>Opens log files anew, after a log rotation moved them away.</summary>
    public void Reopen() => _queue.Reopen();

    public ILogger CreateLogger(string categoryName) =>
        new Logger(this, isOurs: !categoryName.StartsWith("Microsoft", StringComparison.Ordinal)
            && !categoryName.StartsWith("System", StringComparison.Ordinal));

    public void Dispose() => _queue.Dispose();

    private static ILogSink Open(LogDestination destination, LoggingOptions options) => destination.Kind switch
    {
        LogDestinationKind.StandardOut => new TextLogSink(Console.OpenStandardOutput),
        LogDestinationKind.StandardError => new TextLogSink(Console.OpenStandardError),
        LogDestinationKind.File => TextLogSink.ToFile(destination.Path!),
        _ => new SyslogSink(options.SyslogFacility),
    };

    // One event, one line: what peers choose (client ids, topics) must not be able to forge a line.
    private static string Escape(string text)
    {
        if (!text.Any(char.IsControl)) return text;
        var escaped = new StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            if (char.IsControl(c)) escaped.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else escaped.Append(c);
        }
        return escaped.ToString();
    }

    private sealed class Logger : ILogger
    {
        private readonly LoggingProvider _provider;
        private readonly bool _isOurs;

        public Logger(LoggingProvider provider, bool isOurs) => (_provider, _isOurs) = (provider, isOurs);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        // The framework's own chatter is for those who asked for debug lines.
        public bool IsEnabled(LogLevel logLevel) =>
            LogKinds.IsEnabled(_provider._options.Types, logLevel)
            && (_isOurs || logLevel >= LogLevel.Warning || _provider._options.Types.HasFlag(LogTypes.Debug));

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            LogTypes kind = LogKinds.Of(logLevel, eventId);
            if (!IsEnabled(logLevel) || !_provider._options.Types.HasFlag(kind)) return;
            string text = formatter(state, exception);
            if (exception is not null) text += $" {exception.GetType().Name}: {exception.Message}";
            DateTimeOffset now = _provider._time.GetUtcNow();
            _provider._queue.Add(kind, now, Escape(text));
            if (exception is null || !_provider._options.Types.HasFlag(LogTypes.Debug)) return;
            foreach (string line in exception.ToString().Split('\n'))
                _provider._queue.Add(LogTypes.Debug, now, "  " + Escape(line));
        }
    }
}
