using Broker.TestKit.Processes;

namespace Broker.CrashHarness.Servers;

/// <summary>A database of a throw-away PostgreSQL server.</summary>
internal sealed class PostgresStore : IStoreServer
{
    private PostgresServer? _server;
    private string? _url;

    public string Url => _url ?? throw new InvalidOperationException("not started");

    public bool HasProcess => true;

    public async Task StartAsync()
    {
        if (_server is not null)
        {
            await _server.StartAgainAsync().ConfigureAwait(false);
            return;
        }
        _server = await PostgresServer.StartOwnAsync().ConfigureAwait(false);
        _url = await _server.CreateDatabaseAsync().ConfigureAwait(false);
    }

    public Task KillAsync() => _server!.KillAsync();

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
