using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Fixtures;

/// <summary>Debian's mosquitto and the built executable, each with one open listener.</summary>
public sealed class BothBrokers : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private MosquittoProcess? _mosquitto;
    private BrokerProcess? _broker;

    public int MosquittoPort { get; } = FreePorts.Take();

    public int BrokerPort { get; } = FreePorts.Take();

    public async Task InitializeAsync()
    {
        _folder.OpenToAll();
        _mosquitto = await MosquittoProcess.StartAsync(Write("mosquitto.conf", MosquittoPort));
        _broker = await BrokerProcess.StartAsync(Write("broker.conf", BrokerPort));
    }

    public async Task DisposeAsync()
    {
        if (_mosquitto is not null) await _mosquitto.DisposeAsync();
        if (_broker is not null) await _broker.DisposeAsync();
        _folder.Dispose();
    }

    private string Write(string name, int port) =>
        _folder.Write(name, $"listener {port} 127.0.0.1\nallow_anonymous true\n");
}
