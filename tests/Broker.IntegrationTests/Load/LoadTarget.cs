using Broker.IntegrationTests.Fixtures;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Load;

/// <summary>A broker in memory with a listener for each thing that the load generator speaks.</summary>
public sealed class LoadTarget : IAsyncLifetime
{
    private ConfiguredBroker? _broker;

    public int Port { get; private set; }

    public int TlsPort { get; } = FreePorts.Take();

    public int WebSocketPort { get; } = FreePorts.Take();

    public int ProcessId => _broker!.Process.Id;

    public async Task InitializeAsync()
    {
        _broker = await ConfiguredBroker.StartAsync((port, folder) =>
        {
            CertificateFiles certificates = CertificateFiles.CreateIn(folder.Path);
            return $"""
                allow_anonymous true
                persistence false
                max_queued_messages 0
                listener {port} 127.0.0.1
                listener {TlsPort} 127.0.0.1
                certfile {certificates.Server}
                keyfile {certificates.ServerKey}
                listener {WebSocketPort} 127.0.0.1
                protocol websockets
                """;
        });
        Port = _broker.Port;
    }

    public async Task DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
    }
}
