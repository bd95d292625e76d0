using Broker.TestKit.Stores;

namespace Broker.UnitTests.Persistence;

/// <summary>On a file.</summary>
public sealed class SqliteTransferTests : TransferTests
{
    protected override IStoreUnderTest NewPlace() => new StoreFile();
}
