using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Compatibility;

/// <summary>A broker that exchanges are played to, one after the other: Debian's mosquitto, or ours.</summary>
internal sealed class PlayedBroker : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Func<string, Task<Running>> _start;
    private readonly string _file;
    private Running? _running;

    private PlayedBroker(string configuration, Func<string, Task<Running>> start)
    {
        _start = start;
        _folder.OpenToAll();
        _file = _folder.Write("mosquitto.conf", $"""
            listener {Port} 127.0.0.1
            allow_anonymous true
            persistence_location {_folder.Path}/
            {configuration}

            """);
    }

    /// <summary>Where it listens, on the loopback address.</summary>
    public int Port { get; } = FreePorts.Take();

    public static Task<PlayedBroker> StartMosquittoAsync(string configuration) =>
        StartAsync(configuration, async file =>
        {
            MosquittoProcess process = await MosquittoProcess.StartAsync(file);
            return new Running(process, process.StopAsync);
        });

    public static Task<PlayedBroker> StartOursAsync(string configuration) =>
        StartAsync(configuration, async file =>
        {
            BrokerProcess process = await BrokerProcess.StartAsync(file);
            return new Running(process, process.StopAsync);
        });

    /// <summary>Ends it in order and starts it again.</summary>
    public async Task RestartAsync()
    {
        if (_running is not null)
        {
            int status = await _running.StopAsync();
            if (status != 0) throw new InvalidOperationException($"It ended with status {status}.");
            await _running.Process.DisposeAsync();
        }
        _running = null;
        _running = await _start(_file);
    }

    public async ValueTask DisposeAsync()
    {
        if (_running is not null) await _running.Process.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<PlayedBroker> StartAsync(string configuration, Func<string, Task<Running>> start)
    {
        var broker = new PlayedBroker(configuration, start);
        try
        {
            await broker.RestartAsync();
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
        return broker;
    }

    private sealed record Running(IAsyncDisposable Process, Func<Task<int>> StopAsync);
}
