using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Broker.Persistence.Ef;

/// <summary>
/// The migrations there are, in order. Named here so that a database which has them all is opened without building EF Core's
/// model; a test compares the list with the classes.
/// </summary>
internal static class SchemaVersions
{
    public const string HistoryTable = "__EFMigrationsHistory";

    public static IReadOnlyList<string> All { get; } = [Initial.Id, SharedDeliveries.Id, RetainedPublisherUser.Id, Bans.Id];

    /// <summary>
    /// The tables and views, and the history. In a database that other programs use too these names must be free.
    /// </summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        HistoryTable, "session", "subscription", "will", "message", "delivery", "receipt", "retained", "ban", "store_state",
        "mqtt_sessions", "mqtt_subscriptions", "mqtt_queued", "mqtt_inflight", "mqtt_retained", "mqtt_bans",
    ];

    /// <summary>
    /// The statements that bring a database from its last migration up to date. Run in one transaction of the caller's: EF
    /// Core's own lock on SQLite is a row that stays behind when the process is killed.
    /// </summary>
    public static string Script(StateContext context, string? from) => context.GetService<IMigrator>()
        .GenerateScript(from ?? Migration.InitialDatabase, null, MigrationsSqlGenerationOptions.NoTransactions);
}
