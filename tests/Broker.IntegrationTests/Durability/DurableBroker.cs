using Broker.IntegrationTests.Clients;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Durability;

/// <summary>The built executable with <c>persistence true</c> and a folder that outlives it.</summary>
internal sealed class DurableBroker : IAsyncDisposable
{
    private readonly string _configuration;

    /// <param name="lines">More lines of its file.</param>
    public DurableBroker(string lines = "")
    {
        Folder.OpenToAll();
        Endpoint = new Endpoint(FreePorts.Take());
        _configuration = Folder.Write("mosquitto.conf",
            $"listener {Endpoint.Port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            + $"persistence_location {Folder.Path}/\n{lines}\n");
    }

    public TemporaryFolder Folder { get; } = new();

    public Endpoint Endpoint { get; }

    /// <summary>The one that runs, or ran last.</summary>
    public BrokerProcess Process { get; private set; } = null!;

    /// <summary>Starts it, again if it ran before.</summary>
    public async Task StartAsync() => Process = await BrokerProcess.StartAsync(_configuration);

    /// <summary>Starts it and does not wait: for starts that must fail.</summary>
    public ChildProcess Launch() => BrokerProcess.Launch(["-c", _configuration]);

    public async ValueTask DisposeAsync()
    {
        if (Process is not null) await Process.DisposeAsync();
        Folder.Dispose();
    }
}
