using System.Data.Common;
using System.Globalization;
using Broker.Persistence.Ef;
using Broker.Persistence.Loading;
using Broker.Persistence.Postgres;
using Broker.Persistence.Sqlite;
using Broker.Persistence.Transfer;

namespace Broker.Persistence.Inspection;

/// <summary>
/// Looks at a store as it is at one instant, without opening it as a broker would: nothing is made, brought up to date, swept or
/// locked, and a broker may run on it.
/// </summary>
public sealed class StoreInspection : IDisposable
{
    private const string CountsSql =
        "SELECT (SELECT ticket FROM store_state WHERE id = 1), "
        + "(SELECT count(*) FROM session WHERE away_at IS NULL), (SELECT count(*) FROM session WHERE away_at IS NOT NULL), "
        + "(SELECT count(*) FROM subscription), (SELECT count(*) FROM will), (SELECT count(*) FROM receipt), "
        + "(SELECT count(*) FROM mqtt_queued), (SELECT count(*) FROM mqtt_inflight), "
        + "(SELECT count(*) FROM message), (SELECT coalesce(sum(length(payload)), 0) FROM message), "
        + "(SELECT count(*) FROM retained), (SELECT coalesce(sum(length(payload)), 0) FROM retained), "
        + "(SELECT min(s.away_at) FROM session s WHERE EXISTS (SELECT 1 FROM delivery d WHERE d.session_id = s.id)), "
        + "(SELECT count(*) FROM ban)";

    private readonly IInspectedDatabase _database;

    internal StoreInspection(IInspectedDatabase database) => _database = database;

    /// <summary>Where it is, without a password.</summary>
    public string Name => _database.Name;

    /// <summary>The version of its tables that this release knows; null: none.</summary>
    public string? SchemaVersion => _database.SchemaVersion;

    /// <summary>The newest version of the tables that this release knows.</summary>
    public static string NewestSchemaVersion => SchemaVersions.All[^1];

    /// <summary>Whether it has the tables of this release.</summary>
    public bool IsCurrent => _database.Schema == SchemaState.Current;

    /// <summary>Why its tables cannot be read by this release; null: they can.</summary>
    public StoreTrouble? SchemaTrouble => _database.Schema switch
    {
        SchemaState.Current => null,
        SchemaState.Older => new StoreTrouble(
            StoreTroubleKind.Older, $"{Name} has the tables of an older release, or none; run 'broker db migrate' first."),
        SchemaState.Newer => new StoreTrouble(
            StoreTroubleKind.Newer, $"{Name} was written by a newer release; use that one, or name another store."),
        _ => new StoreTrouble(StoreTroubleKind.Foreign, $"{Name} belongs to another program; name another store."),
    };

    internal IInspectedDatabase Database => _database;

    /// <summary>Connects to a store and takes a snapshot of it. Blocks while it does.</summary>
    /// <param name="location">As in <see cref="StoreOptions.Location"/>.</param>
    /// <param name="trouble">Why it cannot be looked at; null: it can.</param>
    /// <returns>Null when there is trouble; otherwise what the caller closes.</returns>
    public static StoreInspection? Open(string location, out StoreTrouble? trouble)
    {
        StoreAddress address = StoreAddress.Parse(location);
        trouble = address.Trouble;
        if (trouble is not null) return null;
        IInspectedDatabase? database = address.Postgres is { } postgres
            ? PostgresInspection.Open(postgres, out trouble)
            : SqliteInspection.Open(address.SqlitePath!, out trouble);
        return database is null ? null : new StoreInspection(database);
    }

    /// <summary>How it is.</summary>
    /// <exception cref="DbException">The database went away.</exception>
    public StoreStatus ReadStatus() => new()
    {
        Store = Name,
        Provider = _database.Provider,
        Schema = SchemaVersion,
        NewestSchema = NewestSchemaVersion,
        IsOpen = _database.Holder is { } holder ? holder.Length > 0 : null,
        Holder = _database.Holder ?? "",
        IsHalfImported = IsCurrent && ImportMark.IsSet(_database.Snapshot),
        Sizes = _database.ReadSizes(),
        Counts = IsCurrent ? ReadCounts() : null,
    };

    /// <summary>Everything that is in it. Closed with the inspection.</summary>
    public StoredState ReadState() => new(_database.Snapshot);

    /// <summary>Whether an import was begun and has not ended.</summary>
    public bool IsHalfImported() => ImportMark.IsSet(_database.Snapshot);

    /// <inheritdoc/>
    public void Dispose() => _database.Dispose();

    private StoreCounts ReadCounts()
    {
        using DbCommand command = _database.Snapshot.Query(CountsSql);
        using DbDataReader row = command.ExecuteReader();
        row.Read();
        long Number(int column) => Convert.ToInt64(row.GetValue(column), CultureInfo.InvariantCulture);
        return new StoreCounts(
            Number(0), Number(1), Number(2), Number(3), Number(4), Number(5), Number(6), Number(7), Number(8), Number(9),
            Number(10), Number(11), row.NumberOrNull(12))
        {
            Bans = Number(13),
        };
    }
}
