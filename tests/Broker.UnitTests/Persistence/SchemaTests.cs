using Broker.Persistence.Ef;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

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
