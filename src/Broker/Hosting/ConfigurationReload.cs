using System.Security.Cryptography;
using Broker.Configuration;
using Broker.Configuration.Mosquitto;
using Broker.Connections;
using Broker.Diagnostics;

namespace Broker.Hosting;

/// <summary>
/// Reads the configuration and every file it names again, and takes all of it over or nothing: one wrong line, a certificate that
/// does not load, a password file that is damaged keep everything as it was. Asked for by SIGHUP, and by whoever calls
/// <see cref="Run"/>. Not for an I/O thread: it reads files.
/// </summary>
internal sealed partial class ConfigurationReload
{
    private readonly ConfigurationSource _source;
    private readonly BrokerEngine _engine;
    private readonly IReadOnlyList<IReloadable> _parts;
    private readonly ILogger _logger;
    private readonly Lock _one = new();
    private volatile AppliedConfiguration _applied;

    /// <param name="source">What is read again.</param>
    /// <param name="engine">The engine, whose options are replaced at the end.</param>
    /// <param name="parts">Everything else that can be reloaded, in the order in which it applies.</param>
    /// <param name="logger">The log.</param>
    public ConfigurationReload(
        ConfigurationSource source, BrokerEngine engine, IReadOnlyList<IReloadable> parts, ILogger logger)
    {
        _source = source;
        _engine = engine;
        _parts = parts;
        _logger = logger;
        _applied = new AppliedConfiguration(source.AtStart ?? source.Read(), engine.Time.GetUtcNow(), []);
    }

    /// <summary>What holds now.</summary>
    public AppliedConfiguration Applied => _applied;

    /// <summary>Reloads and says what came of it; the log says the same.</summary>
    public ReloadOutcome Run()
    {
        // Held for all of it, unlike other locks: only those who reload take it, and each must see what the one before did.
        lock (_one)
        {
            Log.Reloading(_logger);
            ReloadReport report = new();
            List<string> kept = [];
            ConfigurationResult read = _source.Read();
            BrokerOptions? options = Take(read, kept, report);
            List<PreparedReload> prepared = options is null ? [] : Prepare(options, report);
            bool isApplied = options is not null && report.Errors.Count == 0;
            if (isApplied)
            {
                Apply(options!, prepared);
                _applied = new AppliedConfiguration(read, _engine.Time.GetUtcNow(), [.. kept]);
            }
            else
            {
                Abandon(prepared);
            }
            Tell(report, isApplied);
            return new ReloadOutcome(isApplied, [.. report.Errors], [.. report.Warnings]) { NeedsRestart = [.. kept] };
        }
    }

    private BrokerOptions? Take(ConfigurationResult read, List<string> kept, ReloadReport report)
    {
        foreach (ConfigurationDiagnostic remark in read.Diagnostics)
            (remark.Severity == DiagnosticSeverity.Error ? report.Errors : report.Warnings).AddRange(remark.Lines());
        if (read.Options is not { } options) return null;
        BrokerOptions taken = RestartOnly.Keep(_engine.Options, options, kept);
        report.Warnings.AddRange(kept);
        return taken;
    }

    private List<PreparedReload> Prepare(BrokerOptions options, ReloadReport report)
    {
        List<PreparedReload> prepared = [];
        foreach (IReloadable part in _parts)
        {
            try
            {
                if (part.Prepare(options, report) is { } ready) prepared.Add(ready);
            }
            catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException or CryptographicException)
            {
                // A file that went away while it was read, most likely.
                report.Errors.Add($"Error: {trouble.Message}");
            }
        }
        return prepared;
    }

    private void Apply(BrokerOptions options, List<PreparedReload> prepared)
    {
        foreach (PreparedReload part in prepared) part.Apply();
        _engine.Apply(options);
    }

    private static void Abandon(List<PreparedReload> prepared)
    {
        foreach (PreparedReload part in prepared) part.Abandon?.Invoke();
    }

    private void Tell(ReloadReport report, bool isApplied)
    {
        foreach (string warning in report.Warnings) Log.Warning(_logger, warning);
        foreach (string error in report.Errors) Log.Error(_logger, error);
        if (!isApplied) Log.NotReloaded(_logger);
        else if (_source.File is { } file) Log.Reloaded(_logger, file);
        else Log.FilesReloaded(_logger);
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Reloading, LogLevel.Information, "Reloading config.")]
        internal static partial void Reloading(ILogger logger);

        [LoggerMessage(EventIds.Reloaded, LogLevel.Information, "Config reloaded from {File}.")]
        internal static partial void Reloaded(ILogger logger, string file);

        [LoggerMessage(EventIds.FilesReloaded, LogLevel.Information, "Reloaded; there is no config file.")]
        internal static partial void FilesReloaded(ILogger logger);

        [LoggerMessage(EventIds.ReloadWarning, LogLevel.Warning, "{Warning}")]
        internal static partial void Warning(ILogger logger, string warning);

        [LoggerMessage(EventIds.ReloadError, LogLevel.Error, "{Error}")]
        internal static partial void Error(ILogger logger, string error);

        [LoggerMessage(EventIds.NotReloaded, LogLevel.Error,
            "The config was not reloaded: everything stays as it was until that is mended.")]
        internal static partial void NotReloaded(ILogger logger);
    }
}
