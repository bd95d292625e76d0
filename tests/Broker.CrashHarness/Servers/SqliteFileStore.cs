using Broker.TestKit.Processes;

namespace Broker.CrashHarness.Servers;

/// <summary>A SQLite file: it is killed with the broker.</summary>
internal sealed class SqliteFileStore(TemporaryFolder folder) : IStoreServer
{
    public string Url => $"sqlite://{folder.File("broker.db")}";

    public bool HasProcess => false;

    public Task StartAsync() => Task.CompletedTask;

    public Task KillAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
