using System.Data.Common;
using System.Net.Sockets;
using Broker.Admin;
using Broker.Configuration;
using Broker.Configuration.Mosquitto;
using Broker.Connections;
using Broker.Diagnostics;
using Broker.SysTopics;
using Broker.Transport;
using Broker.Transport.Tls;
using Microsoft.AspNetCore.Connections;

namespace Broker.Hosting;

/// <summary>Starts the parts in order, waits for a signal, says goodbye to the clients and stops.</summary>
internal static partial class BrokerHost
{
    /// <summary>How long clients may take to go when the broker stops, before they are cut off.</summary>
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Runs the broker until a signal or the token ends it.</summary>
    /// <param name="options">What <paramref name="source"/> said.</param>
    /// <param name="source">Where the options are read again at a reload.</param>
    /// <param name="token">Ends it.</param>
    /// <returns>An exit status of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(BrokerOptions options, ConfigurationSource source, CancellationToken token)
    {
        LoggingProviderResult logging = LoggingProvider.Open(options.Logging, TimeProvider.System);
        if (logging.Provider is not { } provider)
        {
            await Console.Error.WriteLineAsync($"Error: {logging.Error}");
            return ExitCode.Failure;
        }
        using (provider)
        {
            using ILoggerFactory loggers =
                LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(provider));
            return await RunAsync(options, source, new Logs(provider, loggers), token);
        }
    }

    private static async Task<int> RunAsync(
        BrokerOptions options, ConfigurationSource source, Logs logs, CancellationToken token)
    {
        ILogger logger = logs.Factory.CreateLogger("Broker");
        Log.Starting(logger, ProductVersion.Text);
        if (options.ConfigFile is { } file) Log.ConfigurationLoaded(logger, file);
        if (!IsLogOnConsole(options.Logging))
        {
            // On a console they were printed while the file was read.
            foreach (string remark in options.StartRemarks) Log.Warning(logger, remark);
        }
        ProcessIdentity identity = ProcessIdentity.Resolve(options);
        if (identity.Error is { } unknownAccount) return Fail(options, logger, unknownAccount, ExitCode.BadConfiguration);
        if (identity.Warning is { } warning) Log.Warning(logger, warning);

        if (options.TlsKeyLogFile is { } keyLog)
        {
            if (TlsKeyLog.Begin(keyLog) is { } unwritable) return Fail(options, logger, unwritable, ExitCode.Failure);
            Log.TlsKeysLogged(logger, keyLog);
        }
        using SecretFiles secrets = SecretFiles.Load(options, logger);
        foreach (string text in secrets.Warnings) Log.Warning(logger, text);
        foreach (string error in secrets.Errors) Fail(options, logger, error, secrets.ExitCode);
        if (secrets.Errors.Count > 0) return secrets.ExitCode;
        using var signals = new SignalLifetime();
        Readiness readiness = new();
        using HostedStore? store = HostedStore.Open(options.Persistence, readiness, signals.Fail, logger, out string? trouble);
        if (store is null) return Fail(options, logger, trouble!, ExitCode.Failure);
        using var engine = new BrokerEngine(
            options,
            new EngineServices(store.Store, secrets.Authenticator!, TimeProvider.System, logs.Factory)
            {
                Access = secrets.Access!,
            });
        Observe(engine, readiness, secrets);
        using OtlpPush? push = OtlpPush.Start(engine, ProductVersion.Text);
        using ServiceNotifier? notifier = ServiceNotifier.Open(engine, readiness);
        DescriptorRoom room = Watch(engine, secrets, logger);
        using AuditLog? audit = AuditLog.Open(options.AuditLogFile, logger, engine.Time, out trouble);
        if (audit is null) return Fail(options, logger, $"Error: {trouble}", ExitCode.Failure);
        var reload = new ConfigurationReload(source, engine, [secrets, new AccessReload(engine), logs.Provider, audit], logger);
        OperatorSignals operators = new(engine, reload, logs.Provider, logger) { Notifier = notifier, Audit = audit };
        try
        {
            // Open before the store is loaded, which may take its time, and until the last client is gone.
            await using AdminServer? admin = await AdminServer.StartAsync(
                new AdminParts(engine, readiness, secrets.AdminTls, secrets.Tokens, logs.Factory)
                {
                    Version = ProductVersion.Text,
                    Audit = audit,
                    Room = room,
                    ListenerTls = secrets.Tls,
                    Configuration = new AdminConfiguration(source, () => reload.Applied, operators.Reload),
                },
                signals, token);
            await store.LoadAsync(engine);
            // Off the thread of the database's socket, which completes inline: the rest of the start may take its time.
            await Task.Yield();
            engine.Heartbeat.Register(new SysTree(engine, $"broker version {ProductVersion.Text}"));
            await using WebApplication app = Build(new KestrelBindings(engine, secrets.Tls, room, logger), logs.Factory, signals);
            signals.Answer(operators);
            await app.StartAsync(token);
            Running running = new(identity, signals, readiness, store, notifier, logger);
            return await ServeAsync(options, engine, app, running, token);
        }
        catch (Exception exception) when (ExplainStartFailure(exception) is { } reason)
        {
            return Fail(options, logger, reason, ExitCode.Failure);
        }
    }

    private static DescriptorRoom Watch(BrokerEngine engine, SecretFiles secrets, ILogger logger)
    {
        engine.Heartbeat.Register(
            new TlsFileWatch(secrets.Tls.OfType<TlsEndpoint>().Concat(secrets.AdminTls.Values), engine.Time, logger));
        engine.Heartbeat.Register(new ClockWatch(engine.Time, logger));
        engine.Heartbeat.Register(
            new QuietCompaction(() => HeapState.Now(engine.ConnectionCount), QuietCompaction.CompactHeap));
        engine.Heartbeat.Register(new QuietReturn(
            () => HeapState.Now(engine.ConnectionCount), QuietReturn.CollectHeap, QuietCompaction.CompactHeap));
        engine.Heartbeat.Register(new NativeReturn(static () => Environment.WorkingSet, NativeHeap.Trim));
        return new DescriptorRoom(DescriptorTable.OfProcess, engine);
    }

    private static void Observe(BrokerEngine engine, Readiness readiness, SecretFiles secrets)
    {
        engine.Metrics.Observe(ProductVersion.Text, engine.Time.GetUtcNow());
        engine.Metrics.Observe(readiness);
        List<TlsFigures> tls = [];
        for (int i = 0; i < secrets.Tls.Count; i++)
        {
            if (secrets.Tls[i] is { } endpoint) tls.Add(FiguresOf(engine.Options.Listeners[i], endpoint));
        }
        tls.AddRange(secrets.AdminTls.Select(static admin => FiguresOf(admin.Key, admin.Value)));
        engine.Metrics.Observe(tls, engine.Time);
    }

    private static TlsFigures FiguresOf(ListenerOptions listener, TlsEndpoint endpoint) => new(
        listener.Name, endpoint.Counts,
        () => endpoint.Certificates.Select(static own => (own.File, new DateTimeOffset(own.Own.NotAfter))));

    private static WebApplication Build(KestrelBindings bindings, ILoggerFactory loggers, SignalLifetime signals)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime>(signals);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainTimeout);
        bindings.Apply(builder);
        WebApplication app = builder.Build();
        bindings.Map(app);
        return app;
    }

    // Listeners are open, secret files are read: now the process may become a lesser account.
    private static async Task<int> ServeAsync(
        BrokerOptions options, BrokerEngine engine, WebApplication app, Running running, CancellationToken token)
    {
        ILogger logger = running.Logger;
        // Those that are written or opened anew as that account.
        IEnumerable<string> written = new[] { options.TlsKeyLogFile, options.AuditLogFile }.OfType<string>();
        if (running.Identity.Give([.. running.Store.Files, .. written]) is { } kept)
            return Fail(options, logger, kept, ExitCode.Failure);
        if (running.Identity.Apply() is { } refused) return Fail(options, logger, refused, ExitCode.Failure);
        PidFile? pidFile = null;
        if (options.PidFile is { } path && !PidFile.TryWrite(path, out pidFile, out string? error))
            return Fail(options, logger, error!, ExitCode.PidFileNotWritten);
        using (pidFile)
        {
            engine.BeginServing();
            Log.Running(logger, ProductVersion.Text);
            running.Readiness.ListenersAre(open: true);
            running.Notifier?.Ready();
            bool hasFailed = await running.Signals.WaitForStopAsync(token);
            running.Readiness.ListenersAre(open: false);
            running.Notifier?.Stopping();
            Log.Stopping(logger, ProductVersion.Text);
            engine.BeginStop();
            await app.StopAsync(CancellationToken.None);
            engine.EndStop();
            return hasFailed ? ExitCode.Failure : ExitCode.Success;
        }
    }

    private static bool IsLogOnConsole(LoggingOptions logging) => logging.Destinations.Any(
        static destination => destination.Kind is LogDestinationKind.StandardError or LogDestinationKind.StandardOut);

    // Whoever started the broker by hand looks at the terminal, wherever the log goes.
    private static int Fail(BrokerOptions options, ILogger logger, string error, int exitCode)
    {
        Log.StartFailed(logger, error);
        if (!IsLogOnConsole(options.Logging) || !options.Logging.Types.HasFlag(LogTypes.Error)) Console.Error.WriteLine(error);
        return exitCode;
    }

    // mosquitto's words where it has them; null: not a matter of the listeners, let it be seen.
    private static string? ExplainStartFailure(Exception exception) => exception switch
    {
        AddressInUseException or { InnerException: AddressInUseException } =>
            $"Error: Address already in use ({exception.Message})",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "Error: Permission denied",
        SocketException socket => $"Error: {socket.Message}",
        DbException database => $"Error: the store went away while it was read: {database.Message}",
        IOException { InnerException: SocketException or AddressInUseException } => $"Error: {exception.Message}",
        _ => null,
    };

    private sealed record Logs(LoggingProvider Provider, ILoggerFactory Factory);

    private sealed record Running(
        ProcessIdentity Identity, SignalLifetime Signals, Readiness Readiness, HostedStore Store,
        ServiceNotifier? Notifier, ILogger Logger);

    private static partial class Log
    {
        [LoggerMessage(EventIds.Starting, LogLevel.Information, "broker version {Version} starting")]
        internal static partial void Starting(ILogger logger, string version);

        [LoggerMessage(EventIds.ConfigurationLoaded, LogLevel.Information, "Config loaded from {File}.")]
        internal static partial void ConfigurationLoaded(ILogger logger, string file);

        [LoggerMessage(EventIds.Running, LogLevel.Information, "broker version {Version} running")]
        internal static partial void Running(ILogger logger, string version);

        [LoggerMessage(EventIds.Stopping, LogLevel.Information, "broker version {Version} terminating")]
        internal static partial void Stopping(ILogger logger, string version);

        [LoggerMessage(EventIds.StartFailed, LogLevel.Error, "{Error}")]
        internal static partial void StartFailed(ILogger logger, string error);

        [LoggerMessage(EventIds.TlsKeysLogged, LogLevel.Warning,
            "The secrets of TLS connections are written to {File}: whoever reads it can read their traffic.")]
        internal static partial void TlsKeysLogged(ILogger logger, string file);

        [LoggerMessage(EventIds.StartWarning, LogLevel.Warning, "{Warning}")]
        internal static partial void Warning(ILogger logger, string warning);
    }
}
