using Broker.IntegrationTests.Fixtures;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.RealClients;

/// <summary>The built executable on a SQLite file, with a listener for every transport that there is.</summary>
public sealed class EveryTransport : IAsyncLifetime
{
    /// <summary>Of the listeners that a URL leads to.</summary>
    public static readonly string[] Schemes = ["mqtt", "mqtts", "ws", "wss"];

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, int> _ports = Schemes.ToDictionary(scheme => scheme, _ => FreePorts.Take());
    private string _configuration = "";

    internal BrokerProcess Process { get; private set; } = null!;

    /// <summary>The file of the authority that the certificates are from.</summary>
    public string Authority { get; private set; } = "";

    public string SocketPath => _folder.File("mqtt.sock");

    public int PortOf(string scheme) => _ports[scheme];

    public string UrlOf(string scheme) =>
        $"{scheme}://127.0.0.1:{_ports[scheme]}{(scheme.StartsWith("ws", StringComparison.Ordinal) ? "/mqtt" : "")}";

    public async Task InitializeAsync()
    {
        _folder.OpenToAll();
        CertificateFiles certificates = CertificateFiles.CreateIn(_folder.Path);
        Authority = certificates.Authority;
        string tls = $"certfile {certificates.Server}\nkeyfile {certificates.ServerKey}\n";
        _configuration = _folder.Write("mosquitto.conf",
            $"allow_anonymous true\npersistence true\npersistence_location {_folder.Path}/\nmax_queued_messages 0\n"
            + $"listener 0 {SocketPath}\n"
            + $"listener {_ports["mqtt"]} 127.0.0.1\n"
            + $"listener {_ports["mqtts"]} 127.0.0.1\n{tls}"
            + $"listener {_ports["ws"]} 127.0.0.1\nprotocol websockets\n"
            + $"listener {_ports["wss"]} 127.0.0.1\nprotocol websockets\n{tls}");
        await StartAsync();
    }

    /// <summary>Starts it, again if it ran before.</summary>
    public async Task StartAsync() => Process = await BrokerProcess.StartAsync(_configuration);

    public async Task DisposeAsync()
    {
        if (Process is not null) await Process.DisposeAsync();
        _folder.Dispose();
    }
}
