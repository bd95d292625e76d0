using System.Data.Common;
using Broker.Persistence;
using Broker.TestKit.Processes;
using Broker.TestKit.Stores;
using Microsoft.Data.Sqlite;

namespace Broker.UnitTests.Persistence;

/// <summary>A store in a folder of the test's own.</summary>
internal sealed class StoreFile : IStoreUnderTest
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.File("broker.db");

    public string Location => Path;

    DbConnection IStoreUnderTest.Connect() => Connect();

    public DurableStateStore Open(Action<StoreAvailability>? changed = null) => OpenAt(Path, changed);

    public static DurableStateStore OpenAt(string path, Action<StoreAvailability>? changed = null)
    {
        StoreOpening opening = StateStores.Open(new StoreOptions { Location = path, AvailabilityChanged = changed });
        Assert.True(opening.IsOpen, opening.Trouble?.Sentence);
        return opening.Store;
    }

    /// <summary>What a power cut would leave: the file and its write-ahead log as they are now. Nothing may be checkpointed
    /// meanwhile, which a log below 4 MB is not.</summary>
    public string CrashImage(string name)
    {
        string copy = _folder.File(name);
        File.Copy(Path, copy);
        if (File.Exists(Path + "-wal")) File.Copy(Path + "-wal", copy + "-wal");
        return copy;
    }

    /// <summary>A connection of somebody else.</summary>
    public SqliteConnection Connect()
    {
        SqliteConnection connection = new($"Data Source={Path};Pooling=False");
        connection.Open();
        return connection;
    }

    public long Number(string sql)
    {
        using SqliteConnection connection = Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    public void Execute(string sql)
    {
        using SqliteConnection connection = Connect();
        Execute(connection, sql);
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Waits until a ticket is durable.</summary>
    public static Task CommittedAsync(IStateStore store, long ticket) => StoreWaiting.CommittedAsync(store, ticket);
}
