using Broker.TestKit.Stores;

namespace Broker.UnitTests.Persistence;

/// <summary>On a file.</summary>
public sealed class SqliteVerificationTests : VerificationTests
{
    protected override IStoreUnderTest NewPlace() => new StoreFile();
}
