using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Persistence.Ef;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace Broker.IntegrationTests.Postgres;

/// <summary>The migrations are written by hand: the model, the list and the database have to say the same.</summary>
[Collection(nameof(PostgresCollection))]
public sealed class PostgresSchemaTests(PostgresFixture fixture)
{
    // Tables whose keys are longer than an entry of a B-tree index may be.
    private static readonly string[] WithoutKey = ["subscription", "retained", "ban"];

    [Fact]
    public async Task The_tables_are_those_of_the_model()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(fixture.Server);
        place.Open().Dispose();
        using NpgsqlConnection connection = place.Connect();
        using StateContext context = new(new DbContextOptionsBuilder<StateContext>().UseNpgsql(connection).Options);
        Assert.Equal(context.Database.GetMigrations(), SchemaVersions.All);
        foreach (IEntityType table in context.Model.GetEntityTypes())
        {
            string name = table.GetTableName()!;
            IEnumerable<string> expected = table.GetProperties().Select(property =>
                $"{property.GetColumnName()} {property.GetColumnType()} {(property.IsNullable ? "YES" : "NO")} NO "
                + (WithoutKey.Contains(name) ? 0 : KeyPosition(property)));
            Assert.Equal(expected.Order(), Columns(connection, name).Order());
        }
    }

    [Fact]
    public async Task The_list_of_names_is_complete()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(fixture.Server);
        place.Open().Dispose();
        using NpgsqlConnection connection = place.Connect();
        List<string> made = SchemaHistory.Read(
            connection,
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')");
        Assert.Equal(SchemaVersions.Names.Order(), made.Order());
    }

    [Fact]
    public async Task The_tables_of_each_release_before_are_brought_up_to_date_with_all_that_is_in_them()
    {
        foreach (string last in SchemaVersions.All.SkipLast(1))
        {
            using PostgresPlace place = await PostgresPlace.NewAsync(fixture.Server);
            Make(place, last);
            place.Execute(
                "INSERT INTO session (id, client_id, expiry_seconds, away_at, last_sequence) VALUES (1, 'c', 60, 5, 1)");
            place.Execute(
                "INSERT INTO message (id, topic, payload, properties, qos, retain) VALUES (7, 'q', '\\x61', '', 1, false)");
            place.Execute(
                "INSERT INTO delivery (session_id, sequence, message_id, qos, retain, is_released) "
                + "VALUES (1, 1, 7, 1, false, false)");
            place.Execute("INSERT INTO retained (topic, payload, properties, qos, retain) VALUES ('r', '\\x61', '', 1, true)");
            using (DurableStateStore store = place.Open())
            {
                store.Append(new BanPut("username", "u", "ops", null, 1, long.MaxValue));
                store.Append(new RetainedPut(new("s", default, default, 1, true, long.MaxValue) { PublisherUser = "u" }));
            }
            place.Open().Dispose();
            Assert.Equal(
                (1, 1, 2, 1, SchemaVersions.All.Count),
                (place.Number("SELECT count(*) FROM mqtt_sessions WHERE queued = 1"),
                    place.Number("SELECT count(*) FROM delivery WHERE NOT is_shared"),
                    place.Number("SELECT count(*) FROM retained"), place.Number("SELECT count(*) FROM mqtt_bans"),
                    place.Number("SELECT count(*) FROM \"__EFMigrationsHistory\"")));
        }
    }

    // Theirs was there first, and a release that has one of that name came later.
    [Fact]
    public async Task A_table_of_another_program_in_the_way_of_a_later_one_of_ours_is_named_and_nothing_is_changed()
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(fixture.Server);
        Make(place, RetainedPublisherUser.Id);
        place.Execute("CREATE TABLE ban (theirs int)");

        StoreTrouble trouble = place.TryOpen().Trouble!;

        Assert.Equal(StoreTroubleKind.Foreign, trouble.Kind);
        Assert.Contains("relation \"ban\" already exists", trouble.Sentence, StringComparison.Ordinal);
        Assert.Contains("another program", trouble.Sentence, StringComparison.Ordinal);
        Assert.Equal(3, place.Number("SELECT count(*) FROM \"__EFMigrationsHistory\""));
    }

    private static void Make(PostgresPlace place, string last)
    {
        using NpgsqlConnection connection = place.Connect();
        using StateContext context = new(new DbContextOptionsBuilder<StateContext>().UseNpgsql(connection).Options);
        place.Execute(context.GetService<IMigrator>().GenerateScript(
            Migration.InitialDatabase, last, MigrationsSqlGenerationOptions.NoTransactions));
    }

    private static int KeyPosition(IProperty property) =>
        property.FindContainingPrimaryKey() is { } key ? key.Properties.ToList().IndexOf(property) + 1 : 0;

    private static List<string> Columns(NpgsqlConnection connection, string table) => SchemaHistory.Read(
        connection,
        "SELECT concat_ws(' ', c.column_name, c.data_type, c.is_nullable, c.is_identity, coalesce(k.ordinal_position, 0)) "
        + "FROM information_schema.columns c LEFT JOIN (information_schema.key_column_usage k "
        + "JOIN information_schema.table_constraints t USING (constraint_schema, constraint_name)) ON t.constraint_type = "
        + $"'PRIMARY KEY' AND k.table_name = c.table_name AND k.column_name = c.column_name WHERE c.table_name = '{table}'");
}
