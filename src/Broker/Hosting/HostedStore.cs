using System.Data.Common;
using Broker.Configuration;
using Broker.Connections;
using Broker.Diagnostics;
using Broker.Lifecycle;
using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Persistence.Loading;

namespace Broker.Hosting;

/// <summary>The store of a running broker: opened before the engine, loaded before the listeners, closed at the end.</summary>
internal sealed partial class HostedStore : IDisposable
{
    private readonly DurableStateStore? _durable;
    private readonly ILogger _logger;

    private HostedStore(DurableStateStore? durable, ILogger logger)
    {
        _durable = durable;
        _logger = logger;
        Store = durable is null ? new MemoryStateStore() : durable;
    }

    /// <summary>What the engine writes to.</summary>
    public IStateStore Store { get; }

    /// <summary>Files that the account of the process must own; empty: the state is elsewhere or nowhere.</summary>
    public IReadOnlyList<string> Files => _durable?.Files ?? [];

    /// <summary>Opens what the options say. Blocks while it does.</summary>
    /// <param name="options">The options.</param>
    /// <param name="readiness">Is told when commits stop or start getting through.</param>
    /// <param name="onLost">Is called when another broker has taken the store: this one has to end.</param>
    /// <param name="logger">The log.</param>
    /// <param name="trouble">Why there is no store; null: there is one.</param>
    public static HostedStore? Open(
        PersistenceOptions options, Readiness readiness, Action onLost, ILogger logger, out string? trouble)
    {
        trouble = null;
        if (!options.IsEnabled)
        {
            Log.NothingIsKept(logger);
            return new HostedStore(null, logger);
        }
        StoreOptions store = new()
        {
            Location = options.StoreLocation,
            QuarantinesDamage = options.OnDamage == StoreDamageAction.Quarantine,
            WaiterFailed = exception => Log.WaiterFailed(logger, exception),
            AvailabilityChanged = availability => Tell(availability, readiness, logger),
            ReasonChanged = reason => Log.StillAway(logger, reason.TrimEnd('.')),
            ReadingChanged = exception =>
            {
                if (exception is null) Log.ReadAgain(logger);
                else Log.NotRead(logger, exception.Message.TrimEnd('.'));
            },
            Lost = lost =>
            {
                Log.Lost(logger, lost.Message);
                onLost();
            },
        };
        StoreOpening opening = StateStores.Open(store);
        if (opening.Trouble is { Kind: StoreTroubleKind.Mosquittos } && options.Url is null)
        {
            store = store with { Location = options.StoreLocation + ".broker" };
            Log.BesideMosquittos(logger, options.StoreLocation, store.Location);
            opening = StateStores.Open(store);
        }
        if (!opening.IsOpen)
        {
            trouble = $"Error: the store cannot be opened. {opening.Trouble.Sentence}";
            if (opening.Trouble.Path is { } path && FileTrouble.DescribeUnwritable(path) is { } rights) trouble += $" {rights}";
            return null;
        }
        if (opening.QuarantinedTo is { } aside) Log.Quarantined(logger, store.Location, aside);
        Log.Opened(logger, StateStores.Shown(store.Location));
        if (!options.Kept.IsEverything) Log.KeptOnly(logger, options.Kept);
        return new HostedStore(opening.Store, logger);
    }

    /// <summary>Brings what was committed into the engine.</summary>
    /// <exception cref="DbException">The database went away meanwhile.</exception>
    public async Task LoadAsync(BrokerEngine engine)
    {
        if (_durable is null) return;
        engine.Metrics.Observe(_durable, engine.Time);
        StoredState state = await _durable.ReadAsync();
        await using (state)
        {
            LoadedState loaded = await engine.LoadAsync(state);
            Log.Loaded(_logger, loaded.Sessions, loaded.Subscriptions, loaded.Queued, loaded.Retained);
            if (loaded.Bans > 0) Log.BansLoaded(_logger, loaded.Bans);
            foreach (BanPut ban in loaded.UnknownBans) Log.BanUnknown(_logger, ban.Kind, ban.Who);
            DroppedState dropped = loaded.Dropped;
            if (!dropped.IsNothing) Log.Dropped(_logger, dropped.Sessions, dropped.Queued, dropped.Retained);
        }
    }

    /// <summary>Commits what is pending and closes; says what was written, for who wonders what it costs.</summary>
    public void Dispose()
    {
        if (_durable is null) return;
        _durable.Dispose();
        StoreCounters counters = _durable.Counters;
        Log.Closed(_logger, counters.Commits, counters.RowsWritten, counters.RowsElided);
    }

    private static void Tell(StoreAvailability availability, Readiness readiness, ILogger logger)
    {
        readiness.StoreIs(availability.IsAvailable);
        if (availability.IsAvailable) Log.Back(logger);
        else Log.Away(logger, availability.Reason?.TrimEnd('.') ?? "no reason given");
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.StoreOpened, LogLevel.Information,
            "Store {Location} is open; what is acknowledged is committed.")]
        internal static partial void Opened(ILogger logger, string location);

        [LoggerMessage(EventIds.NothingIsKept, LogLevel.Information,
            "Without persistence: sessions, queued and retained messages end with this process.")]
        internal static partial void NothingIsKept(ILogger logger);

        [LoggerMessage(EventIds.StoreLoaded, LogLevel.Information,
            "Loaded {Sessions} sessions, {Subscriptions} subscriptions, {Queued} queued and {Retained} retained messages.")]
        internal static partial void Loaded(ILogger logger, int sessions, int subscriptions, long queued, int retained);

        [LoggerMessage(EventIds.StoreBansLoaded, LogLevel.Information, "Loaded {Bans} bans.")]
        internal static partial void BansLoaded(ILogger logger, int bans);

        [LoggerMessage(EventIds.StoreBanUnknown, LogLevel.Warning,
            "The store bans {Kind} '{Who}', which is none that this release knows: it does not hold. "
            + "'broker db verify' finds it.")]
        internal static partial void BanUnknown(ILogger logger, string kind, string who);

        [LoggerMessage(EventIds.StoreKeepsOnly, LogLevel.Information,
            "The store has only what persistence_kinds and persistence_user say: {Kept}. The rest ends with this process.")]
        internal static partial void KeptOnly(ILogger logger, KeptState kept);

        [LoggerMessage(EventIds.StoreDropped, LogLevel.Warning,
            "{Sessions} sessions, {Queued} queued and {Retained} retained messages were in the store, are not kept any more by "
            + "persistence_kinds or persistence_user, and were removed.")]
        internal static partial void Dropped(ILogger logger, int sessions, long queued, int retained);

        [LoggerMessage(EventIds.StoreClosed, LogLevel.Information,
            "Store closed: {Commits} commits, {Written} rows written, {Elided} rows never had to be written.")]
        internal static partial void Closed(ILogger logger, long commits, long written, long elided);

        [LoggerMessage(EventIds.StoreAway, LogLevel.Error,
            "The store takes no commits: {Reason}. Clients that need one wait, the others go on; nothing acknowledged is lost.")]
        internal static partial void Away(ILogger logger, string reason);

        [LoggerMessage(EventIds.StoreStillAway, LogLevel.Error, "The store still takes no commits: {Reason}.")]
        internal static partial void StillAway(ILogger logger, string reason);

        [LoggerMessage(EventIds.StoreBack, LogLevel.Warning, "The store takes commits again.")]
        internal static partial void Back(ILogger logger);

        [LoggerMessage(EventIds.StoreNotRead, LogLevel.Error,
            "Queues cannot be read from the store: {Reason}. Clients that came back for theirs wait.")]
        internal static partial void NotRead(ILogger logger, string reason);

        [LoggerMessage(EventIds.StoreReadAgain, LogLevel.Warning, "Queues are read from the store again.")]
        internal static partial void ReadAgain(ILogger logger);

        [LoggerMessage(EventIds.StoreLost, LogLevel.Error, "{Reason} This broker ends.")]
        internal static partial void Lost(ILogger logger, string reason);

        [LoggerMessage(EventIds.StoreWaiterFailed, LogLevel.Error, "What waited for a commit failed.")]
        internal static partial void WaiterFailed(ILogger logger, Exception exception);

        [LoggerMessage(EventIds.StoreQuarantined, LogLevel.Error,
            "{Location} was damaged. It is now {Aside}, and the broker begins with an empty store.")]
        internal static partial void Quarantined(ILogger logger, string location, string aside);

        [LoggerMessage(EventIds.StoreBesideMosquittos, LogLevel.Warning,
            "{File} is mosquitto's own and stays as it is; state is kept in {Ours}. Sessions and retained messages of mosquitto "
            + "are not taken over.")]
        internal static partial void BesideMosquittos(ILogger logger, string file, string ours);
    }
}
