using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Fixtures;

/// <summary>The built executable with a configuration that one test writes.</summary>
internal sealed class ConfiguredBroker : IAsyncDisposable
{
    private ConfiguredBroker(TemporaryFolder folder, BrokerProcess process, int port)
    {
        Folder = folder;
        Process = process;
        Port = port;
    }

    public TemporaryFolder Folder { get; }

    public BrokerProcess Process { get; }

    /// <summary>The port that the configuration was given.</summary>
    public int Port { get; }

    /// <summary>Starts with a configuration made from a free port and a folder of its own, and more arguments.</summary>
    public static async Task<ConfiguredBroker> StartAsync(
        Func<int, TemporaryFolder, string> configuration, params string[] arguments)
    {
        TemporaryFolder folder = new();
        folder.OpenToAll();
        int port = FreePorts.Take();
        try
        {
            string file = folder.Write("mosquitto.conf", configuration(port, folder));
            return new ConfiguredBroker(folder, await BrokerProcess.StartAsync(file, arguments), port);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Starts with one listener that lets everybody in, and more lines after it.</summary>
    public static Task<ConfiguredBroker> StartOpenAsync(string lines = "") =>
        StartAsync((port, _) => $"listener {port} 127.0.0.1\nallow_anonymous true\n{lines}\n");

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        Folder.Dispose();
    }
}
