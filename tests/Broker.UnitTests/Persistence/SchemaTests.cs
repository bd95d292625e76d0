using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Persistence.Ef;
using Broker.TestKit.Stores;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Broker.UnitTests.Persistence;

/// <summary>The migrations are written by hand: the model, the list and the database have to say the same.</summary>
public sealed class SchemaTests
{
    [Fact]
    public void The_list_of_migrations_is_complete()
    {
        using SqliteConnection connection = new("Data Source=:memory:");
        using StateContext context = new(new DbContextOptionsBuilder<StateContext>().UseSqlite(connection).Options);
        Assert.Equal(context.Database.GetMigrations(), SchemaVersions.All);
    }

    [Fact]
    public void The_tables_are_those_of_the_model()
    {
        using StoreFile file = new();
        file.Open().Dispose();
        using SqliteConnection connection = file.Connect();
        using StateContext context = new(new DbContextOptionsBuilder<StateContext>().UseSqlite(connection).Options);
        foreach (IEntityType table in context.Model.GetEntityTypes())
        {
            IEnumerable<string> expected = table.GetProperties().Select(property =>
                $"{property.GetColumnName()} {property.GetColumnType()} {(property.IsNullable ? 0 : 1)} {KeyPosition(property)}");
            Assert.Equal(expected.Order(), Columns(connection, table.GetTableName()!).Order());
        }
    }

    [Fact]
    public async Task A_file_of_each_release_before_is_brought_up_to_date_with_all_that_is_in_it()
    {
        foreach (string last in SchemaVersions.All.SkipLast(1))
        {
            using StoreFile file = new();
            Make(file, last);
            file.Execute(
                "INSERT INTO session (id, client_id, expiry_seconds, away_at, last_sequence) VALUES (1, 'c', 60, 5, 1); "
                + "INSERT INTO message (id, topic, payload, properties, qos, retain) VALUES (7, 'q', X'61', X'', 1, 0); "
                + "INSERT INTO delivery (session_id, sequence, message_id, qos, retain, is_released) VALUES (1, 1, 7, 1, 0, 0); "
                + "INSERT INTO retained (topic, payload, properties, qos, retain) VALUES ('r', X'61', X'', 1, 1)");
            using (DurableStateStore store = file.Open())
            {
                store.Append(new BanPut("username", "u", "ops", null, 1, long.MaxValue));
                store.Append(new RetainedPut(new("s", default, default, 1, true, long.MaxValue) { PublisherUser = "u" }));
            }
            using DurableStateStore again = file.Open();
            Assert.Equal(
                (1, 1, 2, 1, SchemaVersions.All.Count),
                (file.Number("SELECT count(*) FROM mqtt_sessions WHERE queued = 1"),
                    file.Number("SELECT count(*) FROM delivery WHERE NOT is_shared"),
                    file.Number("SELECT count(*) FROM retained"), file.Number("SELECT count(*) FROM mqtt_bans"),
                    file.Number("SELECT count(*) FROM __EFMigrationsHistory")));
            Assert.Contains("c", await StateModel.TextOfAsync(again), StringComparison.Ordinal);
        }
    }

    private static void Make(StoreFile file, string last)
    {
        using SqliteConnection connection = file.Connect();
        using StateContext context = new(new DbContextOptionsBuilder<StateContext>().UseSqlite(connection).Options);
        StoreFile.Execute(connection, context.GetService<IMigrator>().GenerateScript(
            Migration.InitialDatabase, last, MigrationsSqlGenerationOptions.NoTransactions));
    }

    private static int KeyPosition(IProperty property) =>
        property.FindContainingPrimaryKey() is { } key ? key.Properties.ToList().IndexOf(property) + 1 : 0;

    private static List<string> Columns(SqliteConnection connection, string table)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT name, type, \"notnull\", pk FROM pragma_table_info($table)";
        command.Parameters.AddWithValue("$table", table);
        using SqliteDataReader reader = command.ExecuteReader();
        List<string> columns = [];
        while (reader.Read()) columns.Add($"{reader[0]} {reader[1]} {reader[2]} {reader[3]}");
        return columns;
    }
}
