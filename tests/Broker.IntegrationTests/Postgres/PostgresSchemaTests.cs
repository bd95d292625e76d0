using Broker.Persistence.Ef;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
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

    private static int KeyPosition(IProperty property) =>
        property.FindContainingPrimaryKey() is { } key ? key.Properties.ToList().IndexOf(property) + 1 : 0;

    private static List<string> Columns(NpgsqlConnection connection, string table) => SchemaHistory.Read(
        connection,
        "SELECT concat_ws(' ', c.column_name, c.data_type, c.is_nullable, c.is_identity, coalesce(k.ordinal_position, 0)) "
        + "FROM information_schema.columns c LEFT JOIN (information_schema.key_column_usage k "
        + "JOIN information_schema.table_constraints t USING (constraint_schema, constraint_name)) ON t.constraint_type = "
        + $"'PRIMARY KEY' AND k.table_name = c.table_name AND k.column_name = c.column_name WHERE c.table_name = '{table}'");
}
