using Broker.Persistence.Postgres;
using Npgsql;

namespace Broker.IntegrationTests.Postgres;

/// <summary>
/// A statement of the commit path is planned once a connection, perhaps for an empty table: the plan must look rows up all the
/// same, or the first million queued messages make every commit read all of them.
/// </summary>
[Collection(nameof(PostgresCollection))]
public sealed class PostgresPlanTests(PostgresFixture fixture)
{
    [Theory]
    [InlineData(PostgresStatements.RemoveMessages, "bigint[]")]
    [InlineData(PostgresStatements.RemoveSessionDeliveries, "bigint[]")]
    [InlineData(PostgresStatements.RemoveSessionSubscriptions, "bigint[]")]
    [InlineData(PostgresStatements.RemoveSessionReceipts, "bigint[]")]
    [InlineData(PostgresStatements.RemoveWills, "bigint[]")]
    [InlineData(PostgresStatements.RemoveSessions, "bigint[]")]
    [InlineData(PostgresStatements.RemoveDeliveries, "bigint[], bigint[]")]
    [InlineData(PostgresStatements.ReleaseDeliveries, "bigint[], bigint[]")]
    [InlineData(PostgresStatements.RemoveSubscriptions, "bigint[], text[]")]
    [InlineData(PostgresStatements.RemoveReceipts, "bigint[], int[]")]
    [InlineData(PostgresStatements.RemoveRetained, "text[]")]
    public async Task A_statement_finds_rows_by_their_keys_although_it_was_planned_for_an_empty_table(string sql, string types)
    {
        using PostgresPlace place = await PostgresPlace.NewAsync(fixture.Server);
        place.Open().Dispose();
        place.Execute("ANALYZE");
        Assert.True(PostgresLocation.TryParse(place.Location, out PostgresLocation? location, out _));
        using NpgsqlConnection connection = PostgresConnections.OpenForWriting(location);
        PostgresConnections.Execute(connection, $"SET plan_cache_mode = force_generic_plan; PREPARE it ({types}) AS {sql}");
        List<string> plan = Explain(connection, string.Join(", ", types.Split(',').Select(_ => "'{1}'")));
        string text = string.Join('\n', plan);
        Assert.DoesNotContain("Seq Scan", text, StringComparison.Ordinal);
        Assert.Contains(plan, line => line.Contains("Index Scan", StringComparison.Ordinal));
        for (int i = 0; i < plan.Count; i++)
        {
            if (!plan[i].Contains("Index Scan", StringComparison.Ordinal)) continue;
            Assert.True(plan[i + 1].Contains("Index Cond", StringComparison.Ordinal), text);
            if (types.Contains(',', StringComparison.Ordinal))
                Assert.True(plan[i + 1].Contains(" AND ", StringComparison.Ordinal), text);
        }
    }

    private static List<string> Explain(NpgsqlConnection connection, string values)
    {
        using NpgsqlCommand command = PostgresConnections.Command(connection, $"EXPLAIN EXECUTE it ({values})");
        using NpgsqlDataReader row = command.ExecuteReader();
        List<string> plan = [];
        while (row.Read()) plan.Add(row.GetString(0));
        return plan;
    }
}
