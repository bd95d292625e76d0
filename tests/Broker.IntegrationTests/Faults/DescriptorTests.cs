using System.Globalization;
using System.Net.Sockets;
using Broker.IntegrationTests.Observing;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Faults;

/// <summary>
/// A broker that runs out of file descriptors: it says so, serves who is there, and takes others when some leave.
/// </summary>
public sealed class DescriptorTests : IAsyncLifetime
{
    private const int Kept = 32;

    private readonly List<TestClient> _clients = [];
    private readonly int _apiPort = FreePorts.Take();
    private AdminBroker _broker = null!;

    public async Task InitializeAsync() =>
        _broker = await AdminBroker.StartAsync(
            // As root it would become somebody else, whose limits root may not change without a capability for that.
            lines: folder => $"user {Environment.UserName}\npersistence true\npersistence_location {folder.Path}\n"
                + $"listener {_apiPort} 127.0.0.1\nprotocol http_api\n");

    public async Task DisposeAsync()
    {
        foreach (TestClient client in _clients) await client.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Who_does_not_fit_is_closed_the_others_are_served_and_when_some_leave_there_is_room()
    {
        List<Socket> strangers = [];
        await using TestClient witness = await ConnectAsync("witness");
        await SetLimitAsync(CountOpen() + Kept + 40);

        int connected = await ConnectUntilRefusedAsync();
        await _broker.Broker.Process.Log.WaitForAsync("Unable to accept new connection, system socket count has been exceeded");
        await ServesAsync(witness);
        // They come to a listener that speaks HTTP, and are no administrators for that.
        for (int i = 0; i < Kept; i++) strangers.Add(await ConnectToApiAsync());
        Assert.InRange(connected, 10, 40);
        Assert.Equal(200, (await _broker.GetAsync("/health/ready")).Status);
        Assert.True(await _broker.MetricAsync("broker_limits_met_total{limit=\"file_descriptors\"}") > 0);
        strangers.ForEach(static stranger => stranger.Dispose());
        await LeaveAsync(connected / 2);

        await using TestClient newcomer = await ConnectWhenItCanAsync();
        await ServesAsync(newcomer);
        Assert.Equal(0, await _broker.Broker.Process.StopAsync());
    }

    [Fact]
    public async Task When_something_else_takes_the_last_one_connections_wait_and_nothing_ends()
    {
        await using TestClient witness = await ConnectAsync("witness");
        int open = CountOpen();

        await SetLimitAsync(open - 10, mayAnswer: false);
        await _broker.Broker.Process.Log.WaitForAsync("No file descriptor can be had");
        await ServesAsync(witness);
        Task<TestClient> waiting = ConnectWhenItCanAsync();
        await ServesAsync(witness);
        Assert.False(waiting.IsCompleted);
        await SetLimitAsync(open + 200, mayAnswer: false);

        await using TestClient newcomer = await waiting;
        await ServesAsync(newcomer);
        await ServesAsync(witness);
        Assert.Equal(0, await _broker.Broker.Process.StopAsync());
    }

    private async Task<Socket> ConnectToApiAsync()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(System.Net.IPAddress.Loopback, _apiPort);
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            // It is closed at once, which may be seen as early as that.
        }
        return socket;
    }

    private static async Task ServesAsync(TestClient client)
    {
        await client.PublishAndCompleteAsync(new("alive", "x", Protocol.QualityOfService.AtLeastOnce));
        await client.PingFenceAsync();
    }

    private async Task<TestClient> ConnectAsync(string clientId)
    {
        TestClient client = await TestClient.OverTcpAsync(_broker.Broker.Port);
        await client.ConnectAsync(clientId);
        return client;
    }

    private async Task<int> ConnectUntilRefusedAsync()
    {
        while (_clients.Count < 1000)
        {
            if (await TryConnectAsync($"client-{_clients.Count}") is not { } client) return _clients.Count;
            _clients.Add(client);
        }
        throw new InvalidOperationException("everybody was let in");
    }

    private async Task<TestClient?> TryConnectAsync(string clientId)
    {
        TestClient? client = null;
        try
        {
            client = await TestClient.OverTcpAsync(_broker.Broker.Port);
            await client.ConnectAsync(clientId);
            return client;
        }
        catch (Exception closed) when (closed is IOException or SocketException or Xunit.Sdk.XunitException)
        {
            if (client is not null) await client.DisposeAsync();
            return null;
        }
    }

    private async Task<TestClient> ConnectWhenItCanAsync()
    {
        long startedAt = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(startedAt) < TestTime.Patience)
        {
            if (await TryConnectAsync("newcomer") is { } client) return client;
        }
        throw new TimeoutException("nobody is let in again");
    }

    private async Task LeaveAsync(int count)
    {
        foreach (TestClient client in _clients.Take(count)) await client.DisconnectAsync();
        foreach (TestClient client in _clients.Take(count)) await client.DisposeAsync();
        _clients.RemoveRange(0, count);
    }

    private int CountOpen() => Directory.GetFileSystemEntries($"/proc/{_broker.Broker.Process.Id}/fd").Length;

    private async Task SetLimitAsync(int limit, bool mayAnswer = true)
    {
        string process = _broker.Broker.Process.Id.ToString(CultureInfo.InvariantCulture);
        ProcessRun run = await ProcessRun.OfAsync("prlimit", ["--pid", process, $"--nofile={limit}:"]);
        Assert.True(run.ExitCode == 0, run.ToString());
        if (mayAnswer)
            await _broker.Broker.Process.Log.WaitForAsync($"The process may have {limit} file descriptors");
    }
}
