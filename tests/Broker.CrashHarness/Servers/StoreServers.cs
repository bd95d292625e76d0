using Broker.TestKit.Processes;

namespace Broker.CrashHarness.Servers;

/// <summary>The store that was asked for.</summary>
internal static class StoreServers
{
    public static IStoreServer Create(StoreKind kind, TemporaryFolder folder) => kind switch
    {
        StoreKind.Sqlite => new SqliteFileStore(folder),
        StoreKind.Postgres => new PostgresStore(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
