using Broker.Configuration;

namespace Broker.Diagnostics;

/// <summary>What opening the log gave: exactly one of the two is set.</summary>
internal readonly record struct LoggingProviderResult(LoggingProvider? Provider, string? Error);

/// <summary>
/// Writes log events as mosquitto's lines, on a thread of its own. Disposing it writes what waits; so does the end of the process
/// by an exception that nobody caught.
/// </summary>
internal sealed class LoggingProvider : ILoggerProvider, IReloadable
{
    private volatile LoggingOptions _options;
    private volatile LogTypes _types;
    private readonly TimeProvider _time;
    private readonly LogQueue _queue;

    private LoggingProvider(LoggingOptions options, TimeProvider time, IReadOnlyList<ILogSink> sinks)
    {
        _options = options;
        _types = TypesOf(options);
        _time = time;
        _queue = new LogQueue(options, time, sinks);
        AppDomain.CurrentDomain.UnhandledException += OnUnhandledException;
    }

    /// <summary>Opens every destination.</summary>
    public static LoggingProviderResult Open(LoggingOptions options, TimeProvider time)
    {
        List<ILogSink> sinks = [];
        return OpenAll(options, sinks) is { } error
            ? new LoggingProviderResult(null, error)
            : new LoggingProviderResult(new LoggingProvider(options, time, sinks), null);
    }

    /// <summary>Opens the destinations of other options, when they are others.</summary>
    public PreparedReload? Prepare(BrokerOptions options, ReloadReport report)
    {
        LoggingOptions next = options.Logging;
        bool isSamePlace = next.Destinations.SequenceEqual(_options.Destinations)
            && next.SyslogFacility == _options.SyslogFacility
            && next.HasTimestamp == _options.HasTimestamp
            && next.TimestampFormat == _options.TimestampFormat;
        if (isSamePlace) return new PreparedReload(() => Take(next));
        List<ILogSink> sinks = [];
        if (OpenAll(next, sinks) is { } error)
        {
            report.Errors.Add($"Error: {error}");
            return null;
        }
        return new PreparedReload(
            () =>
            {
                Take(next);
                _queue.Replace(next, sinks);
            },
            () => DisposeAll(sinks));
    }

    /// <summary>For tests: the same with destinations of the caller's, which are disposed with the provider.</summary>
    internal static LoggingProvider To(LoggingOptions options, TimeProvider time, params IReadOnlyList<ILogSink> sinks) =>
        new(options, time, sinks);

    /// <summary>Opens log files anew, after a log rotation moved them away.</summary>
    public void Reopen() => _queue.Reopen();

    /// <summary>Waits until everything logged so far is written; at most two seconds. Not for threads that serve
    /// sockets.</summary>
    public void Flush() => _queue.Flush();

    public ILogger CreateLogger(string categoryName) =>
        new Logger(this, isOurs: !categoryName.StartsWith("Microsoft", StringComparison.Ordinal)
            && !categoryName.StartsWith("System", StringComparison.Ordinal));

    public void Dispose()
    {
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandledException;
        _queue.Dispose();
    }

    private static LogTypes TypesOf(LoggingOptions options) => options.Destinations.IsEmpty ? LogTypes.None : options.Types;

    private static string? OpenAll(LoggingOptions options, List<ILogSink> sinks)
    {
        foreach (LogDestination destination in options.Destinations)
        {
            try
            {
                sinks.Add(Open(destination, options));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                DisposeAll(sinks);
                return FileTrouble.Describe("log file", destination.Path ?? destination.Kind.ToString(), exception);
            }
        }
        return null;
    }

    private static void DisposeAll(List<ILogSink> sinks)
    {
        foreach (ILogSink sink in sinks) sink.Dispose();
    }

    private void Take(LoggingOptions options)
    {
        _options = options;
        _types = TypesOf(options);
    }

    private static ILogSink Open(LogDestination destination, LoggingOptions options) => destination.Kind switch
    {
        LogDestinationKind.StandardOut => new TextLogSink(Console.OpenStandardOutput),
        LogDestinationKind.StandardError => new TextLogSink(Console.OpenStandardError),
        LogDestinationKind.File => TextLogSink.ToFile(destination.Path!),
        _ => new SyslogSink(options.SyslogFacility),
    };

    private void OnUnhandledException(object sender, UnhandledExceptionEventArgs arguments) => _queue.Flush();

    private void Write(LogTypes kind, string text, Exception? exception)
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (kind != LogTypes.Error || exception is null)
        {
            _queue.Add(kind, now, LogText.OneLine(text));
            return;
        }
        _queue.Add(kind, now, LogText.OneLine($"{text} {exception.GetType().Name}: {exception.Message}"));
        if (!_options.Types.HasFlag(LogTypes.Debug)) return;
        foreach (string line in exception.ToString().Split('\n')) _queue.Add(LogTypes.Debug, now, "  " + LogText.OneLine(line));
    }

    private sealed class Logger : ILogger
    {
        private readonly LoggingProvider _provider;
        private readonly bool _isOurs;

        public Logger(LoggingProvider provider, bool isOurs)
        {
            _provider = provider;
            _isOurs = isOurs;
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        // The framework's own chatter is for those who asked for debug lines.
        public bool IsEnabled(LogLevel logLevel) => _isOurs || logLevel >= LogLevel.Warning
            ? LogKinds.IsEnabled(_provider._types, logLevel)
            : (_provider._types & LogTypes.Debug) != 0;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            LogTypes kind = _isOurs || logLevel >= LogLevel.Warning ? LogKinds.Of(logLevel, eventId) : LogTypes.Debug;
            if ((_provider._types & kind) != 0) _provider.Write(kind, formatter(state, exception), exception);
        }
    }
}
