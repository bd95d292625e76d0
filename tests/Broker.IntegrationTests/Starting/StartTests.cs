using System.Net;
using System.Net.Sockets;
using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Starting;

public sealed class StartTests
{
    [FactWithPort(1883)]
    public async Task Without_a_configuration_it_serves_localhost()
    {
        using TemporaryFolder folder = new();
        await using BrokerProcess broker = await BrokerProcess.StartWithAsync([], folder.Path);
        Endpoint endpoint = new(1883) { Host = "localhost" };
        await using MosquittoSub sub = await MosquittoSub.StartAsync(endpoint, "%t %p", "-t", "#", "-C", "1");

        await MosquittoPub.SendAsync(endpoint, "a", "hi");

        Assert.Equal(["a hi"], await sub.AllAsync());
        Assert.Equal(0, await broker.StopAsync());
    }

    [FactWithPort(1883)]
    [Demand("A10"), Demand("A12")]
    public async Task Without_a_configuration_sessions_and_queues_outlive_a_kill()
    {
        using TemporaryFolder folder = new();
        Endpoint endpoint = new(1883) { Host = "localhost" };
        await using (BrokerProcess broker = await BrokerProcess.StartWithAsync([], folder.Path))
        {
            await MosquittoSub.SubscribeOnceAsync(endpoint, "-i", "reader", "-c", "-q", "2", "-t", "jobs");
            await MosquittoPub.SendLinesAsync(endpoint, "jobs", ["one", "two", "three"], 2);
            await broker.KillAsync();
        }

        await using BrokerProcess again = await BrokerProcess.StartWithAsync([], folder.Path);

        await using MosquittoSub reader = MosquittoSub.Launch(
            endpoint, "%p", "-i", "reader", "-c", "-q", "2", "-t", "jobs", "-C", "3");
        Assert.Equal(["one", "two", "three"], await reader.AllAsync());
    }

    [Fact]
    public async Task A_port_on_the_command_line_is_served_on_localhost()
    {
        using TemporaryFolder folder = new();
        int port = FreePorts.Take();
        await using BrokerProcess broker = await BrokerProcess.StartWithAsync(["-p", $"{port}"], folder.Path);

        await MosquittoPub.SendAsync(new Endpoint(port), "a", "hi", 1);

        Assert.Equal(0, await broker.StopAsync());
    }

    [Fact]
    public async Task A_stop_tells_clients_and_ends_in_time()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync();
        await using TestClient client = await TestClient.OverTcpAsync(broker.Port, ProtocolVersion.Mqtt50);
        await client.ConnectAsync("told");

        Task<int> stop = broker.Process.StopAsync();

        Assert.Equal(ReasonCode.ServerShuttingDown, (await client.ReadAsync<DisconnectPacket>()).ReasonCode);
        Assert.Equal(0, await stop);
        await broker.Process.Log.WaitForAsync(" terminating");
    }

    [Fact]
    public async Task A_client_that_does_not_read_does_not_hold_up_the_stop()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync();
        await using TestClient deaf = await TestClient.OverTcpAsync(broker.Port);
        await deaf.ConnectAsync("deaf");
        await deaf.SubscribeAsync("flood");
        await using TestClient publisher = await TestClient.OverTcpAsync(broker.Port);
        await publisher.ConnectAsync("publisher");
        for (int i = 0; i < 20; i++)
            await publisher.PublishAndCompleteAsync(
                new OutgoingPublish("flood", Qos: QualityOfService.AtLeastOnce) { Payload = new byte[1_000_000] });

        Assert.Equal(0, await broker.Process.StopAsync());
    }

    [Fact]
    [Demand("G4")]
    public async Task All_errors_of_a_configuration_are_named_and_the_status_is_3()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("bad.conf", "alow_anonymous true\nlistener 70000\n\nmax_qos 3 # too many\n");
        await using ChildProcess broker = BrokerProcess.Launch(["-c", file]);

        Assert.Equal(3, await broker.WaitForExitAsync());

        string log = broker.Lines.ToString();
        Assert.Contains($"{file}:1:", log, StringComparison.Ordinal);
        Assert.Contains("allow_anonymous", log, StringComparison.Ordinal);
        Assert.Contains($"{file}:2:", log, StringComparison.Ordinal);
        Assert.Contains($"{file}:4:", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_can_be_tested_without_a_start()
    {
        using TemporaryFolder folder = new();
        string good = folder.Write("good.conf", $"listener {FreePorts.Take()}\nallow_anonymous true\n");
        string bad = folder.Write("bad.conf", "nonsense 1\n");

        await using ChildProcess first = BrokerProcess.Launch(["-c", good, "--test-config"]);
        await using ChildProcess second = BrokerProcess.Launch(["-c", bad, "--test-config"]);

        Assert.Equal(0, await first.WaitForExitAsync());
        Assert.Equal(3, await second.WaitForExitAsync());
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_the_start_with_status_1()
    {
        using TemporaryFolder folder = new();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        string file = folder.Write("taken.conf", $"listener {port} 127.0.0.1\nallow_anonymous true\n");
        await using ChildProcess broker = BrokerProcess.Launch(["-c", file]);

        Assert.Equal(1, await broker.WaitForExitAsync());
        Assert.Contains("Address already in use", broker.Lines.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Directive("pid_file")]
    public async Task A_pid_file_is_there_while_it_runs()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync(
            (port, folder) => $"listener {port} 127.0.0.1\nallow_anonymous true\npid_file {folder.File("broker.pid")}\n");
        string pidFile = broker.Folder.File("broker.pid");

        Assert.Equal($"{broker.Process.Id}", File.ReadAllText(pidFile).Trim());
        Assert.Equal(0, await broker.Process.StopAsync());

        Assert.False(File.Exists(pidFile), "the pid file is still there");
    }
}
