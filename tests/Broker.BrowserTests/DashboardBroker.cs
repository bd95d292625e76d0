using Broker.TestKit.Processes;

namespace Broker.BrowserTests;

/// <summary>The built executable with a listener for MQTT, one for WebSocket, and an admin listener.</summary>
internal sealed class DashboardBroker : IAsyncDisposable
{
    public const string Token = "0123456789abcdef";
    public const string ReadToken = "fedcba9876543210";

    private readonly TemporaryFolder _folder;
    private readonly BrokerProcess _process;

    private DashboardBroker(TemporaryFolder folder, BrokerProcess process, int port, int adminPort) =>
        (_folder, _process, Port, AdminPort) = (folder, process, port, adminPort);

    /// <summary>For MQTT over TCP.</summary>
    public int Port { get; }

    public int AdminPort { get; }

    /// <param name="asksForToken">Whether there is an admin_token_file.</param>
    /// <param name="lines">More of the configuration.</param>
    public static async Task<DashboardBroker> StartAsync(bool asksForToken = false, string lines = "")
    {
        TemporaryFolder folder = new();
        folder.OpenToAll();
        int port = FreePorts.Take();
        int adminPort = FreePorts.Take();
        string tokens = asksForToken
            ? "admin_token_file " + folder.Write("tokens", $"ann:{Token}\nbob:{ReadToken}:read\n") : "";
        string file = folder.Write(
            "mosquitto.conf",
            $"""
            {lines}
            listener {port} 127.0.0.1
            allow_anonymous true
            listener {FreePorts.Take()} 127.0.0.1
            protocol websockets
            admin_listener {adminPort}
            {tokens}

            """);
        try
        {
            return new DashboardBroker(folder, await BrokerProcess.StartAsync(file), port, adminPort);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Starts mosquitto_sub and waits for its SUBACK.</summary>
    /// <param name="arguments">Beyond where to.</param>
    public async Task<ChildProcess> SubscribeAsync(params string[] arguments)
    {
        // By itself it keeps its lines back when they go into a pipe.
        ChildProcess sub = ChildProcess.Start(
            "stdbuf", ["-oL", "mosquitto_sub", "-h", "127.0.0.1", "-p", $"{Port}", "-d", .. arguments]);
        await sub.Lines.WaitForAsync("Subscribed (mid:");
        return sub;
    }

    /// <summary>Runs mosquitto_pub.</summary>
    /// <param name="arguments">Beyond where to.</param>
    public async Task PublishAsync(params string[] arguments)
    {
        ProcessRun run = await ProcessRun.OfAsync("mosquitto_pub", ["-h", "127.0.0.1", "-p", $"{Port}", .. arguments]);
        Assert.True(run.ExitCode == 0, $"mosquitto_pub: {run}");
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}
