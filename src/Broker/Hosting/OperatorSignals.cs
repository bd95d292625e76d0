using Broker.Admin;
using Broker.Configuration;
using Broker.Connections;
using Broker.Diagnostics;

namespace Broker.Hosting;

/// <summary>What the signals of an operator or a script ask for. Not for I/O threads: files are read and written.</summary>
internal sealed partial class OperatorSignals(
    BrokerEngine engine, ConfigurationReload reload, LoggingProvider log, ILogger logger)
{
    /// <summary>Who is told of a reload; null: nobody asked to be.</summary>
    public ServiceNotifier? Notifier { get; init; }

    /// <summary>What is opened anew with the log files; null: there is none.</summary>
    public AuditLog? Audit { get; init; }

    /// <summary>SIGHUP: log files are opened anew, then the configuration is read again.</summary>
    public void HangUp()
    {
        log.Reopen();
        Audit?.Reopen();
        Reload();
    }

    /// <summary>The configuration is read again.</summary>
    public ReloadOutcome Reload()
    {
        Notifier?.Reloading();
        ReloadOutcome outcome = reload.Run();
        Notifier?.Ready();
        return outcome;
    }

    /// <summary>SIGUSR1.</summary>
    public void Save() => Log.NothingToSave(logger);

    /// <summary>SIGUSR2: the subscription tree goes to standard output, as mosquitto prints it.</summary>
    public void PrintSubscriptions()
    {
        foreach (string line in engine.Router.Subscriptions.Describe()) Console.Out.WriteLine(line);
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.NothingToSave, LogLevel.Information,
            "SIGUSR1: nothing waits to be saved; with 'persistence true' what was acknowledged is committed.")]
        internal static partial void NothingToSave(ILogger logger);
    }
}
