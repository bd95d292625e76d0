using System.Data.Common;
using Broker.TestKit.Stores;

namespace Broker.IntegrationTests.Postgres;

/// <summary>The views on a real server.</summary>
[Collection(nameof(PostgresCollection))]
public sealed class PostgresViewTests(PostgresFixture fixture) : StateViewTests
{
    protected override IStoreUnderTest NewPlace() => PostgresPlace.NewAsync(fixture.Server).GetAwaiter().GetResult();

    protected override bool IsOfType(DbDataReader row, int column, string documented) =>
        row.GetDataTypeName(column) == documented switch
        {
            "bytes" => "bytea",
            "yes/no" => "boolean",
            _ => documented,
        };
}
