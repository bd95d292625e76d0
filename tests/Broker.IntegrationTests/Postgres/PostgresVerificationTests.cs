using Broker.TestKit.Stores;

namespace Broker.IntegrationTests.Postgres;

/// <summary>On a real server.</summary>
[Collection(nameof(PostgresCollection))]
public sealed class PostgresVerificationTests(PostgresFixture fixture) : VerificationTests
{
    protected override IStoreUnderTest NewPlace() => PostgresPlace.NewAsync(fixture.Server).GetAwaiter().GetResult();
}
