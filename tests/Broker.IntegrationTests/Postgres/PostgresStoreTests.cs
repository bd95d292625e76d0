using Broker.TestKit.Stores;

namespace Broker.IntegrationTests.Postgres;

/// <summary>What every store does, on a real server.</summary>
[Collection(nameof(PostgresCollection))]
public sealed class PostgresStoreTests(PostgresFixture fixture) : StoreTests
{
    protected override IStoreUnderTest NewPlace() => PostgresPlace.NewAsync(fixture.Server).GetAwaiter().GetResult();
}
